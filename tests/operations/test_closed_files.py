"""A restore proves that the files of a closed period have the bytes that they had when it was closed."""

import contextlib
import json
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from service.contributions.erasure_store import list_erasures
from service.contributions.forget import forget_contributor
from service.database.engine import owner_engine
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.request import ExportName, ExportRequest
from service.ledger.closings.closing import ClosingWish
from service.operations.backup import CLOSED_FILES, make_backup
from service.operations.erasure_list import LIST, write_erasures
from service.operations.manifest import MANIFEST
from service.operations.restore import check_backup, restore
from service.reconciliation import pull
from service.reconciliation.closing import close_books
from service.services import Services
from tests.contributions.world import MARY, Newsroom

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 18)  # the tests' clock starts on the last of these days


@pytest.fixture
def closed(newsroom: Newsroom) -> Newsroom:
    """A newsroom with a contribution in a closed period, whose files finance has, and a contribution since."""
    newsroom.give(amount="25")
    newsroom.settle_after(minutes=1)
    newsroom.clock.advance(days=1)
    pull.sync(newsroom.services)
    close_books(newsroom.services, ClosingWish(LAST, "Nora"))
    for name in CLOSED_FILES:
        file_bytes(newsroom.services, name)
    newsroom.give(amount="7")
    newsroom.settle_after(minutes=1)
    return newsroom


@pytest.fixture
def backup(closed: Newsroom, tmp_path: Path) -> Path:
    return make_backup(closed.services, tmp_path / "backups")


def file_bytes(services: Services, name: ExportName) -> bytes:
    exports = Exports(services.engine, services.settings, services.clock)
    with contextlib.closing(open_export(exports, OPERATOR, ExportRequest(name, FIRST, LAST), "csv")) as stream:
        return b"".join(stream)


def change(services: Services, statement: str) -> None:
    """Change a row behind the back of its triggers, as a broken disk or somebody with the owner's login could."""
    owner = owner_engine(str(services.settings.database_url))
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount == 1
    owner.dispose()


def test_a_restored_closed_period_has_the_same_bytes(closed: Newsroom, backup: Path, other: Services) -> None:
    assert json.loads((backup / MANIFEST).read_bytes())["closed"] == [FIRST.isoformat(), LAST.isoformat()]

    found = restore(other, str(other.settings.database_url), None, backup, ())

    assert found.is_good, found.differences
    files = {name: file_bytes(other, name) for name in CLOSED_FILES}
    assert files == {name: file_bytes(closed.services, name) for name in CLOSED_FILES}
    assert b"25.00" in files[ExportName.CONTRIBUTIONS]
    assert b"7.00" not in files[ExportName.CONTRIBUTIONS]


def test_a_byte_that_changed_after_the_backup_is_found(backup: Path, other: Services) -> None:
    manifest = json.loads((backup / MANIFEST).read_bytes())
    manifest["exports"]["journal"] = manifest["exports"]["journal"].replace("a", "b")
    (backup / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")

    found = restore(other, str(other.settings.database_url), None, backup, ())

    assert found.differences == (f"journal.csv from {FIRST} to {LAST} has other bytes than when the backup was made",)


def test_a_byte_that_changed_between_closing_and_backup_is_found(closed: Newsroom, tmp_path: Path) -> None:
    change(closed.services, "UPDATE charges SET card_brand = 'visb' WHERE amount_minor = 2500")
    backup = make_backup(closed.services, tmp_path / "backups")

    found = check_backup(closed.services, backup, ())

    assert not found.is_good
    assert found.differences == (
        f"contributions.csv from {FIRST} to {LAST} has other bytes than when command line first had it on 2026-11-19",
    )


def test_readers_who_were_erased_stay_erased_and_the_closed_files_stay_as_they_were(
    closed: Newsroom, backup: Path, other: Services
) -> None:
    assert forget_contributor(closed.services, MARY, by="Aoife")
    with closed.services.engine.connect() as connection:
        write_erasures(closed.services.settings.var_dir / LIST, list_erasures(connection))

    found = restore(other, str(other.settings.database_url), None, backup, [other.settings.var_dir / LIST])

    assert (found.erased_again, found.differences) == (1, ())
    assert found.is_good
    with other.engine.connect() as connection:
        emails = connection.execute(text("SELECT contributor_email FROM contributions")).scalars()
        assert set(emails) == {None}


def test_the_command_names_a_byte_that_differs_and_fails(closed: Newsroom, tmp_path: Path) -> None:
    backup = make_backup(closed.services, tmp_path / "backups")
    runner = FlaskCliRunner(closed.client.application)
    good = runner.invoke(args=["restore", "--check", str(backup)])
    manifest = json.loads((backup / MANIFEST).read_bytes())
    manifest["exports"]["fees"] = "0" * 64
    (backup / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")

    bad = runner.invoke(args=["restore", "--check", str(backup)])

    assert (good.exit_code, bad.exit_code) == (0, 1), good.output
    assert f"the files of {FIRST} to {LAST}" in good.stdout
    assert "PROBLEM  fees.csv from 2026-11-01 to 2026-11-18 has other bytes" in bad.stdout
