"""The Helm chart is linted and rendered without a cluster, and Kubernetes' own schemas accept what it renders."""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.programs import INFRA, program, run

pytestmark = pytest.mark.infra
CHART = INFRA / "helm" / "keepopen"
NEEDED: dict[str, Any] = {
    "publicUrl": "https://support.courier.example",
    "secretName": "keepopen",
    "ownerSecretName": "keepopen-owner",
}
EVERYTHING = NEEDED | {
    "ingress": {"enabled": True, "className": "nginx", "tlsSecretName": "certificate"},
    "monitoring": {"serviceMonitor": True, "prometheusRule": True, "labels": {"release": "prometheus"}},
    "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]},
    "image": {"repository": "registry.courier.example/keepopen", "digest": "sha256:" + "0" * 64},
    "imagePullSecrets": [{"name": "registry"}],
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "news", "operator": "Exists"}],
    "podAnnotations": {"newsroom": "courier"},
    "settings": {"TRUSTED_PROXIES": "2", "RATELIMIT_STORAGE_URI": "redis://valkey:6379"},
}
CUSTOM = {"ServiceMonitor", "PrometheusRule"}  # kinds of the Prometheus operator, which Kubernetes' schemas do not have


def rendered(values: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    command = [program("python"), str(INFRA / "checks" / "render_chart.py"), str(CHART)]
    sent = json.dumps(values)
    return subprocess.run(command, input=sent, capture_output=True, text=True, check=False, timeout=60)


@cache
def objects(name: str) -> list[dict[str, Any]]:
    """Return what the chart renders with the values that are needed, or with all that can be set."""
    done = rendered(NEEDED if name == "needed" else EVERYTHING)
    assert done.returncode == 0, done.stderr
    texts = [text for file, text in json.loads(done.stdout)["manifests"].items() if file.endswith(".yaml")]
    return [found for text in texts for found in yaml.safe_load_all(text) if found]


def pods() -> dict[str, dict[str, Any]]:
    """Return the pods of the chart by component."""
    owners = [found for found in objects("everything") if found["kind"] in {"Deployment", "Job"}]
    return {found["metadata"]["labels"]["app.kubernetes.io/component"]: found["spec"]["template"] for found in owners}


@pytest.mark.parametrize("name", ["needed", "everything"])
def test_kubernetes_accepts_every_object(name: str, tmp_path: Path) -> None:
    known = [found for found in objects(name) if found["kind"] not in CUSTOM]
    for number, found in enumerate(known):
        (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(found), encoding="utf-8")

    checked = run("kubernetes-validate", "--strict", *map(str, sorted(tmp_path.iterdir())))

    assert len(known) >= 7
    assert checked.returncode == 0, checked.stdout


def test_kubernetes_finds_a_slip(tmp_path: Path) -> None:
    web = next(found for found in objects("needed") if found["kind"] == "Deployment")
    slip = tmp_path / "slip.yaml"
    slip.write_text(yaml.safe_dump(web).replace("readOnlyRootFilesystem", "readonlyRootFilesystem"), encoding="utf-8")

    assert run("kubernetes-validate", "--strict", str(slip)).returncode != 0


def test_the_chart_lints_without_errors_or_warnings() -> None:
    found = json.loads(rendered(EVERYTHING).stdout)["lint"]

    assert found["errors"] == []
    assert [message for message in found["messages"] if message["severity"] > 1] == []


def test_the_chart_has_what_a_newsroom_needs_and_custom_objects_only_if_asked() -> None:
    usual = {"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Job", "NetworkPolicy"}

    assert {found["kind"] for found in objects("needed")} == usual
    assert {found["kind"] for found in objects("everything")} == usual | CUSTOM | {"Ingress"}


@pytest.mark.parametrize("component", ["web", "worker", "migrate"])
def test_a_pod_has_no_rights_and_the_settings_of_its_secret(component: str) -> None:
    spec = pods()[component]["spec"]
    (container,) = spec["containers"]

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["args"] == [component]
    assert container["image"] == "registry.courier.example/keepopen@sha256:" + "0" * 64
    assert {"name": "TRUSTED_PROXIES", "value": "2"} in container["env"]
    secrets = ["keepopen", "keepopen-owner"] if component == "migrate" else ["keepopen"]
    assert [source["secretRef"]["name"] for source in container["envFrom"]] == secrets


def test_back_offices_of_killed_web_processes_do_not_stay_as_zombies() -> None:
    assert pods()["web"]["spec"]["shareProcessNamespace"] is True


def test_selectors_find_the_pods_they_are_for() -> None:
    labels = {component: pod["metadata"]["labels"] for component, pod in pods().items()}
    selectors = {
        found["kind"]: found["spec"]["selector"].get("matchLabels", found["spec"]["selector"])
        for found in objects("everything")
        if found["kind"] in {"Service", "PodDisruptionBudget"}
    }
    policy = next(found for found in objects("everything") if found["kind"] == "NetworkPolicy")

    for selector in selectors.values():
        chosen = {component for component, found in labels.items() if selector.items() <= found.items()}
        assert chosen == {"web"}
    assert all(policy["spec"]["podSelector"]["matchLabels"].items() <= found.items() for found in labels.values())


def test_the_migration_runs_before_new_pods_start() -> None:
    job = next(found for found in objects("needed") if found["kind"] == "Job")

    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


def test_prometheus_gets_the_rules_of_infra_monitoring() -> None:
    rule = next(found for found in objects("everything") if found["kind"] == "PrometheusRule")

    assert rule["spec"] == yaml.safe_load((INFRA / "monitoring" / "rules.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"publicUrl": ""}, "publicUrl"),
        ({"publicUrl": "http://support.courier.example"}, "publicUrl"),
        ({"publicUrl": "https://support.courier.example/"}, "publicUrl"),
        ({"secretName": ""}, "secretName"),
        ({"ownerSecretName": "Keepopen Owner"}, "ownerSecretName"),
        ({"settings": {"STRIPE_API_KEY": "sk_live_1"}}, "STRIPE_API_KEY"),
        ({"settings": {"TRUSTED_PROXIES": 1}}, "settings"),
        ({"image": {"repository": "keepopen", "tag": "latest"}}, "image"),
        ({"image": {"repository": "keepopen", "digest": "sha256:1"}}, "image"),
        ({"web": {"minReplicas": 0}}, "web"),
        ({"web": {"replicas": 2}}, "web"),
        ({"worker": {"replicas": "two"}}, "worker"),
        ({"web": {"resources": {"limits": {"memory": "768"}}}}, "web"),
        ({"monitoring": {"interval": "often"}}, "monitoring"),
        ({"networkPolicy": {"egressPorts": []}}, "networkPolicy"),
        ({"nodes": 3}, "nodes"),
        (
            {"publicUrl": "https://www.courier.example/support-api", "ingress": {"enabled": True}},
            "publicUrl has a path",
        ),
    ],
)
def test_wrong_values_are_refused_by_name(wrong: dict[str, Any], place: str) -> None:
    done = rendered(NEEDED | wrong)

    assert done.returncode == 1
    assert place in done.stderr


def test_the_example_of_a_database_makes_the_same_roles_as_the_sql_file() -> None:
    example = yaml.safe_load((CHART / "examples" / "cloudnativepg.yaml").read_text(encoding="utf-8"))
    roles = (INFRA / "database" / "roles.sql").read_text(encoding="utf-8")

    assert (example["kind"], example["spec"]["instances"]) == ("Cluster", 2)
    assert example["spec"]["bootstrap"]["initdb"]["owner"] == "keepopen_owner"
    assert [role["name"] for role in example["spec"]["managed"]["roles"]] == ["keepopen_web"]
    assert all(f"ROLE {name} " in roles for name in ("keepopen_app", "keepopen_owner", "keepopen_web"))
