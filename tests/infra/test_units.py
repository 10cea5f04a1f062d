"""systemd reads the unit files, and finds them closed enough."""

from pathlib import Path

import pytest

from tests.infra.programs import INFRA, run

pytestmark = pytest.mark.infra
UNITS = sorted((INFRA / "systemd").glob("*.service"))
TIMER = INFRA / "systemd" / "keepopen-backup.timer"
MOST_EXPOSURE = "20"  # of 100, in systemd's own measure


@pytest.fixture
def installed(tmp_path: Path) -> list[str]:
    """Copies of the units in which the service's programs exist."""
    for path in (*UNITS, TIMER):
        text = path.read_text(encoding="utf-8")
        for name in ("python", "flask", "keepopen"):
            text = text.replace(f"/opt/keepopen/.venv/bin/{name}", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return [str(tmp_path / path.name) for path in (*UNITS, TIMER)]


def test_systemd_accepts_the_units(installed: list[str]) -> None:
    checked = run("systemd-analyze", "verify", *installed)

    assert (checked.returncode, checked.stdout) == (0, "")


def test_systemd_finds_a_slip(installed: list[str]) -> None:
    unit = Path(installed[-2])
    unit.write_text(unit.read_text(encoding="utf-8").replace("Restart=always", "Restart=ever"), encoding="utf-8")

    assert "restart specifier" in run("systemd-analyze", "verify", *installed).stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_can_do_little_besides_its_work(unit: Path) -> None:
    limits = ("--offline=true", f"--threshold={MOST_EXPOSURE}", "--no-pager")

    checked = run("systemd-analyze", "security", *limits, str(unit))

    assert checked.returncode == 0, checked.stdout
