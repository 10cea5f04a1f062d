"""promtool runs every alert on a healthy installation, in the trouble that it is for, and just before that trouble."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.programs import INFRA, ROOT, run

pytestmark = pytest.mark.infra
RULES = INFRA / "monitoring" / "rules.yml"
ALERTS = {
    rule["alert"]: rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]
}
MINUTES = 150
EVENTS, WEBHOOKS = "keepopen_events", "keepopen_webhooks_total"
BUCKET = "keepopen_decision_seconds_bucket"

Series = Mapping[str, str]

# Two machines that are well, in promtool's notation: a start, what is added each minute, and how often.
HEALTHY: Series = {
    'keepopen_processes{instance="a"}': "4x150",
    'keepopen_processes{instance="b"}': "4x150",
    'keepopen_database_up{instance="a"}': "1x150",
    'keepopen_database_up{instance="b"}': "1x150",
    'keepopen_decisions_total{instance="a",site="courier",outcome="silence"}': "0+6000x150",
    'keepopen_fail_open_total{instance="a",cause="fault"}': "3x150",
    f'{BUCKET}{{instance="a",le="0.005"}}': "0+5990x150",
    f'{BUCKET}{{instance="a",le="0.05"}}': "0+6000x150",
    f'{BUCKET}{{instance="a",le="0.1"}}': "0+6000x150",
    f'{BUCKET}{{instance="a",le="+Inf"}}': "0+6000x150",
    'keepopen_config_age_seconds{instance="a"}': "1x150",
    'keepopen_config_alarms{instance="a"}': "0x150",
    'keepopen_refused_requests_total{instance="a",lane="inbox",code="busy"}': "0x150",
    'keepopen_errors_total{instance="a",route="/v1/checkout"}': "2x150",
    'keepopen_worker_seen_seconds{instance="a"}': "1x150",
    'keepopen_worker_seen_seconds{instance="b"}': "1x150",
    'keepopen_queue_age_seconds{instance="a",queue="events"}': "2x150",
    f'{EVENTS}{{instance="a",state="dead"}}': "0x150",
    f'{EVENTS}{{instance="a",state="waiting"}}': "3x150",
    'keepopen_mail{instance="a",state="dead"}': "0x150",
    f'{WEBHOOKS}{{instance="a",type="charge.updated",result="kept"}}': "0+2x150",
    f'{WEBHOOKS}{{instance="a",type="unknown",result="refused"}}': "1x150",
    'keepopen_pull_age_seconds{instance="a"}': "300x150",
    'keepopen_ledger_check{instance="a",number="1",name="balanced"}': "1x150",
    'keepopen_ledger_check_age_seconds{instance="a"}': "1800x150",
    'keepopen_backup_age_seconds{instance="a",state="made"}': "80000x150",
    'keepopen_backup_age_seconds{instance="a",state="verified"}': "2600000x150",
    'probe_ssl_earliest_cert_expiry{instance="https://support.courier.example"}': "2592000x150",
}
NOTHING = dict.fromkeys(HEALTHY, "_x150")

# What is different in the trouble of each alert, and the labels that the alert then has.
TROUBLES: dict[str, tuple[Series, dict[str, str]]] = {
    "KeepopenAway": (NOTHING, {}),
    "KeepopenFailsOpen": ({'keepopen_fail_open_total{instance="a",cause="fault"}': "0+7x150"}, {"cause": "fault"}),
    "KeepopenNoDecisions": ({name: "0x150" for name in HEALTHY if "decisions_total" in name}, {}),
    "KeepopenSlowDecisions": (
        {f'{BUCKET}{{instance="a",le="{bound}"}}': "0+5930x150" for bound in ("0.005", "0.05")},
        {},
    ),
    "KeepopenCampaignsStale": ({'keepopen_config_age_seconds{instance="a"}': "0+60x150"}, {"instance": "a"}),
    "KeepopenCampaignDropped": ({'keepopen_config_alarms{instance="a"}': "1x150"}, {}),
    "KeepopenBusy": (
        {'keepopen_refused_requests_total{instance="a",lane="inbox",code="busy"}': "0+7x150"},
        {"lane": "inbox"},
    ),
    "KeepopenErrors": (
        {'keepopen_errors_total{instance="a",route="/v1/checkout"}': "2x140 3x10"},
        {"route": "/v1/checkout"},
    ),
    "KeepopenDatabaseAway": ({'keepopen_database_up{instance="b"}': "0x150"}, {"instance": "b"}),
    "KeepopenWorkerGone": ({name: "0+60x150" for name in HEALTHY if "worker_seen" in name}, {}),
    "KeepopenQueueOld": (
        {'keepopen_queue_age_seconds{instance="a",queue="events"}': "0+60x150"},
        {"queue": "events"},
    ),
    "KeepopenEventsDead": ({f'{EVENTS}{{instance="a",state="dead"}}': "1x150"}, {}),
    "KeepopenMailDead": ({'keepopen_mail{instance="a",state="dead"}': "1x150"}, {}),
    "KeepopenWebhooksRefused": ({f'{WEBHOOKS}{{instance="a",type="unknown",result="refused"}}': "0+1x150"}, {}),
    "KeepopenBalanceNotPulled": ({'keepopen_pull_age_seconds{instance="a"}': "0+60x200"}, {}),
    "KeepopenBooksWrong": (
        {'keepopen_ledger_check{instance="a",number="1",name="balanced"}': "0x150"},
        {"number": "1", "name": "balanced"},
    ),
    "KeepopenBooksNotChecked": ({'keepopen_ledger_check_age_seconds{instance="a"}': "7300x150"}, {}),
    "KeepopenBackupOld": ({'keepopen_backup_age_seconds{instance="a",state="made"}': "130000x150"}, {}),
    "KeepopenBackupNotVerified": ({'keepopen_backup_age_seconds{instance="a",state="verified"}': "2800000x150"}, {}),
    "KeepopenCertificateEnds": (
        {'probe_ssl_earliest_cert_expiry{instance="https://support.courier.example"}': "1209600x150"},
        {"instance": "https://support.courier.example"},
    ),
}

# What comes close to an alert but must not raise an alert.
NEAR_MISSES: dict[str, Series] = {
    "a healthy installation": {},
    "a machine is taken away": {name: "4x20 _x130" for name in HEALTHY if 'processes{instance="b"' in name},
    "a decision of two thousand fails": {'keepopen_fail_open_total{instance="a",cause="fault"}': "0+3x150"},
    "a lost database is back within two minutes": {'keepopen_database_up{instance="b"}': "1x148 0x2"},
    "a queue is worked off": {'keepopen_queue_age_seconds{instance="a",queue="events"}': "600x150"},
    "a forged webhook comes": {f'{WEBHOOKS}{{instance="a",type="unknown",result="refused"}}': "1x148 2x2"},
    "the books were checked an hour ago": {'keepopen_ledger_check_age_seconds{instance="a"}': "3700x150"},
}


def firing(series: Series, folder: Path, expected: list[dict[str, str]], *, at: str = f"{MINUTES}m") -> str:
    """Let promtool compute which alerts fire, and return what it says if these are not the expected ones."""
    samples = [{"labels": f"ALERTS{_written(labels)}", "value": 1} for labels in expected]
    alerts = {"expr": 'ALERTS{alertstate="firing"}', "eval_time": at, "exp_samples": samples}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [alerts],
    }
    file = folder / "test.yml"
    whole = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}
    file.write_text(yaml.safe_dump(whole), encoding="utf-8")
    done = run("promtool", "test", "rules", str(file), seconds=240)
    return "" if done.returncode == 0 else done.stdout


def _written(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


def alert(name: str, /, **labels: str) -> dict[str, str]:
    severity: dict[str, Any] = ALERTS[name]["labels"]
    return {"alertname": name, "alertstate": "firing", **severity, **labels}


def test_promtool_accepts_the_rules() -> None:
    checked = run("promtool", "check", "rules", "--lint-fatal", str(RULES))

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", TROUBLES)
def test_an_alert_fires_in_its_trouble_and_alone(name: str, tmp_path: Path) -> None:
    different, labels = TROUBLES[name]

    assert set(different) <= set(HEALTHY)
    assert firing({**HEALTHY, **different}, tmp_path, [alert(name, **labels)]) == ""


def test_the_silence_of_stripe_is_compared_with_a_week_ago(tmp_path: Path) -> None:
    week = 7 * 24 * 60
    # Only what keeps other alerts silent: promtool would take minutes for ten thousand steps of every series.
    needed = ("keepopen_processes", "keepopen_decisions_total", WEBHOOKS)
    few = {name: values for name, values in HEALTHY.items() if name.startswith(needed)}
    usual = {name: f"{re.sub('x150', f'x{week + 400}', values)}" for name, values in few.items()}
    stopped = {name: f"0+2x{week} {2 * week}x400" for name in HEALTHY if 'type="charge.updated"' in name}
    fires = [alert("KeepopenNoWebhooks")]

    assert firing({**usual, **stopped}, tmp_path, fires, at=f"{week + 390}m") == ""
    assert firing(usual, tmp_path, [], at=f"{week + 390}m") == ""


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_nothing_fires_just_before_the_trouble(case: str, tmp_path: Path) -> None:
    assert firing({**HEALTHY, **NEAR_MISSES[case]}, tmp_path, []) == ""


def test_every_alert_is_tested_and_has_a_page_that_begins_with_its_name() -> None:
    pages = {name: ROOT / rule["annotations"]["runbook"] for name, rule in ALERTS.items()}

    assert set(ALERTS) == {*TROUBLES, "KeepopenNoWebhooks"}
    assert [name for name, page in pages.items() if not page.read_text("utf-8").startswith(f"# {name}\n")] == []
    assert {page.name for page in (ROOT / "docs" / "runbooks").iterdir()} == {page.name for page in pages.values()}
