"""The unit files and the proxy's example say what docs/operate.md says, and the programs that read them accept them."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from service.waiting_limits import STOP_SECONDS

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "infra" / "systemd").glob("*.service"))
NGINX = sorted((ROOT / "infra" / "proxy").glob("*.conf"))
OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
BIN = "/opt/keepopen/.venv/bin/"


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


RUNNING = [path for path in UNITS if path.stem in {"keepopen", "keepopen-worker"}]


def test_there_are_units_for_all_that_runs() -> None:
    assert [path.stem for path in UNITS] == ["keepopen-backup", "keepopen-migrate", "keepopen-worker", "keepopen"]


@pytest.mark.parametrize("path", RUNNING, ids=lambda path: path.name)
def test_a_unit_runs_the_documented_command_and_is_started_again(path: Path) -> None:
    service = unit(path)["Service"]

    assert f"`{service['ExecStart'].removeprefix(BIN)}`" in OPERATE
    assert (service["Restart"], service["KillMode"]) == ("always", "mixed")
    assert int(service["TimeoutStopSec"]) > STOP_SECONDS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_keeps_its_files_from_other_users(path: Path) -> None:
    service = unit(path)["Service"]

    assert service["User"] == "keepopen"
    assert (service["StateDirectoryMode"], service["UMask"], service["NoNewPrivileges"]) == ("0700", "0077", "yes")
    assert service["Environment"] == f"VAR_DIR=/var/lib/{service['StateDirectory']}"


def test_the_service_starts_although_the_database_is_away_and_never_sees_the_owners_password() -> None:
    service, migration = (
        unit(ROOT / "infra" / "systemd" / f"{name}.service") for name in ("keepopen", "keepopen-migrate")
    )

    assert "keepopen-migrate.service" in service["Unit"]["Wants"]
    assert not {"Requires", "BindsTo"} & set(service["Unit"])
    assert service["Service"]["EnvironmentFile"] == "/etc/keepopen.env"
    assert migration["Service"]["EnvironmentFile"] == "-/etc/keepopen-owner.env"


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize("path", NGINX, ids=lambda path: path.name)
def test_nginx_accepts_the_example(path: Path, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-subj", "/CN=support.courier.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made], check=True, capture_output=True)
    example = path.read_text(encoding="utf-8").replace("/etc/keepopen/", f"{tmp_path}/").replace("443 ssl", "8443 ssl")
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{example}}}\n")

    tested = subprocess.run(["nginx", "-t", "-c", str(whole)], capture_output=True, text=True, check=False)

    assert tested.returncode == 0, tested.stderr


def test_the_service_gets_whole_bodies_from_nginx_and_readers_get_strict_transport_security() -> None:
    example = (ROOT / "infra" / "proxy" / "nginx.conf").read_text(encoding="utf-8")

    assert "underscores_in_headers off" in example
    assert "proxy_request_buffering on" in example
    assert "Strict-Transport-Security" in example
