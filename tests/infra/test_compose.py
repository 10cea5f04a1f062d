"""docker compose reads the compose file, and what it would start is closed as far as it can be."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infra.programs import INFRA, run

pytestmark = pytest.mark.infra
COMPOSE = INFRA / "compose" / "compose.yml"
EXAMPLE = INFRA / "compose" / "keepopen.env.example"
OURS = ("web", "worker", "migrate")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The example's settings with passwords, beside a copy of the compose file."""
    filled = EXAMPLE.read_text(encoding="utf-8").replace("PASSWORD=\n", "PASSWORD=0a1b\n")
    (tmp_path / "keepopen.env").write_text(filled, encoding="utf-8")
    return tmp_path / "keepopen.env"


def config(settings: Path, text: str | None = None, *options: str) -> tuple[int, str]:
    """Let docker compose read a compose file, by default ours, with these settings."""
    copy = settings.with_name("compose.yml")
    copy.write_text(text or COMPOSE.read_text(encoding="utf-8"), encoding="utf-8")
    files = ("--env-file", str(settings), "-f", str(copy))
    done = run("docker-compose", *files, *options, "config", "--format", "json")
    return done.returncode, done.stdout


def services(settings: Path, *options: str) -> dict[str, Any]:
    status, output = config(settings, None, *options)
    assert status == 0, output
    found: dict[str, Any] = json.loads(output)["services"]
    return found


def test_the_file_starts_what_a_machine_needs_and_valkey_only_if_asked(settings: Path) -> None:
    needed = {"web", "worker", "migrate", "postgresql", "caddy"}

    assert set(services(settings)) == needed
    assert set(services(settings, "--profile", "valkey")) == needed | {"valkey"}


def test_only_caddy_has_ports_and_they_are_on_loopback(settings: Path) -> None:
    ports = {name: found.get("ports", []) for name, found in services(settings).items()}

    assert [name for name, found in ports.items() if found] == ["caddy"]
    assert {port["host_ip"] for port in ports["caddy"]} == {"127.0.0.1"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nothing_and_hold_no_rights(settings: Path, name: str) -> None:
    found = services(settings)[name]

    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


def test_back_offices_of_killed_web_processes_do_not_stay_as_zombies(settings: Path) -> None:
    assert services(settings)["web"]["init"] is True


def test_only_the_migration_knows_the_owners_password(settings: Path) -> None:
    found = {name: services(settings)[name]["environment"] for name in OURS}

    assert "keepopen_owner" in found.pop("migrate")["MIGRATION_DATABASE_URL"]
    assert not [values for values in found.values() if "MIGRATION_DATABASE_URL" in values or values["OWNER_PASSWORD"]]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("service_completed_successfully", "service_ready"),
        ("read_only: true", "readonly: true"),
        ("command: [worker]", "comand: [worker]"),
    ],
)
def test_a_slip_in_the_file_is_found(settings: Path, right: str, wrong: str) -> None:
    text = COMPOSE.read_text(encoding="utf-8")

    status, _ = config(settings, text.replace(right, wrong))

    assert right in text
    assert status != 0


@pytest.mark.parametrize("name", ["KEEPOPEN_HOST", "OWNER_PASSWORD", "WEB_PASSWORD", "POSTGRES_PASSWORD"])
def test_a_missing_value_is_named(settings: Path, name: str) -> None:
    lines = settings.read_text(encoding="utf-8").splitlines()
    settings.write_text("\n".join(line for line in lines if not line.startswith(name)), encoding="utf-8")

    status, output = config(settings)

    assert status != 0
    assert name in output
