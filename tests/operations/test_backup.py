"""A backup is one moment of the database without secrets, and a restore proves itself against its manifest."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from service.contributions.erasure_store import list_erasures
from service.contributions.forget import forget_contributor
from service.operations.backup import make_backup
from service.operations.backups_store import last_backups
from service.operations.erasure_list import write_erasures
from service.operations.keys import note_keys
from service.operations.manifest import DUMP, MANIFEST, DamagedBackupError
from service.operations.restore import DatabaseNotEmptyError, WrongKeysError, check_backup, restore
from service.sealing import KeyRing
from service.services import Services
from tests.contributions.world import MARY, Newsroom

SECRETS = ("a-key-of-the-tests", "sk_test_of_the_tests", "whsec_of_the_tests")


@pytest.fixture
def books(newsroom: Newsroom) -> Newsroom:
    """A newsroom with a contribution in its books."""
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)
    return newsroom


@pytest.fixture
def backup(books: Newsroom, tmp_path: Path) -> Path:
    return make_backup(books.services, tmp_path / "backups")


def test_a_backup_is_private_and_holds_no_secret(backup: Path, books: Newsroom) -> None:
    manifest = json.loads((backup / MANIFEST).read_bytes())

    assert {path.name for path in backup.iterdir()} == {"database.dump", "erasures.jsonl", "manifest.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in backup.iterdir()} == {0o600}
    assert not [secret for secret in SECRETS for path in backup.iterdir() if secret.encode() in path.read_bytes()]
    assert manifest["rows"]["contributions"] == 1
    assert manifest["balances"]
    with books.services.engine.connect() as connection:
        assert last_backups(connection).made_at == books.services.clock()


def test_a_folder_that_others_share_stays_open_to_them_but_the_backup_does_not(books: Newsroom, tmp_path: Path) -> None:
    shared, new = tmp_path / "shared", tmp_path / "new" / "backups"
    shared.mkdir()
    shared.chmod(0o1777)

    inside = make_backup(books.services, shared)
    make_backup(books.services, new)

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (shared, inside, new)]
    assert modes == [0o1777, 0o700, 0o700]


def test_a_backup_that_is_restored_has_the_books_of_its_moment(backup: Path, books: Newsroom, other: Services) -> None:
    books.give(amount="7")  # after the backup
    books.settle_after(minutes=1)

    found = restore(other, str(other.settings.database_url), None, backup, ())

    assert found.differences == ()
    assert [check.name for check in found.checks if not check.is_green] == []
    with other.engine.connect() as connection:
        assert connection.execute(text("SELECT sum(paid_minor) FROM contributions")).scalar() == 500


def test_a_database_that_holds_anything_is_not_restored_into(backup: Path, books: Newsroom, other: Services) -> None:
    own = str(books.services.settings.database_url)
    with pytest.raises(DatabaseNotEmptyError):
        restore(books.services, own, None, backup, ())
    address = str(other.settings.database_url)
    restore(other, address, None, backup, ())

    with pytest.raises(DatabaseNotEmptyError, match="Nothing was changed"):
        restore(other, address, None, backup, ())


def test_a_damaged_or_unfinished_backup_is_refused_and_nothing_is_restored(backup: Path, other: Services) -> None:
    address = str(other.settings.database_url)
    content = (backup / DUMP).read_bytes()
    for damaged in (content[:-1], b"", content[:100] + b"x" + content[101:]):
        (backup / DUMP).write_bytes(damaged)
        with pytest.raises(DamagedBackupError, match=r"database\.dump"):
            restore(other, address, None, backup, ())
    (backup / DUMP).write_bytes(content)
    manifest = (backup / MANIFEST).read_bytes()
    for wrong in (b"", b"{}", manifest[:-5], manifest.replace(b'"format": 1', b'"format": 2')):
        (backup / MANIFEST).write_bytes(wrong)
        with pytest.raises(DamagedBackupError):
            restore(other, address, None, backup, ())
    (backup / MANIFEST).write_bytes(manifest)

    assert restore(other, address, None, backup, ()).is_good


def test_a_backup_is_not_restored_with_other_keys(backup: Path, other: Services) -> None:
    object.__setattr__(other, "keys", KeyRing(("another-key-another-key-another-key",)))

    with pytest.raises(WrongKeysError, match="SECRET_KEYS"):
        restore(other, str(other.settings.database_url), None, backup, ())


def test_a_backup_made_with_lost_keys_is_restored_with_the_right_ones(
    books: Newsroom, other: Services, tmp_path: Path
) -> None:
    note_keys(books.services)
    stranger = replace(books.services, keys=KeyRing(("another-key-another-key-another-key",)))

    backup = make_backup(stranger, tmp_path / "backups")

    assert restore(other, str(other.settings.database_url), None, backup, ()).is_good


def test_people_who_were_erased_after_a_backup_are_erased_again(
    backup: Path, books: Newsroom, other: Services, tmp_path: Path
) -> None:
    forget_contributor(books.services, MARY, by="Aoife")
    with books.services.engine.connect() as connection:
        write_erasures(tmp_path / "erasures.jsonl", list_erasures(connection))

    found = restore(other, str(other.settings.database_url), None, backup, [tmp_path / "erasures.jsonl"])

    assert found.erased_again == 1
    assert found.is_good, found.differences
    with other.engine.connect() as connection:
        assert connection.execute(text("SELECT contributor_email, paid_minor FROM contributions")).all() == [
            (None, 500)
        ]
        named = "SELECT count(*) FROM stripe_events WHERE sealed_body IS NOT NULL AND object_id LIKE 'c%'"
        assert connection.execute(text(named)).scalar() == 0
        assert [erasure.erased_by for erasure in list_erasures(connection)] == ["Aoife"]


def test_a_check_restores_the_backup_elsewhere_and_notes_that_it_is_good(backup: Path, books: Newsroom) -> None:
    found = check_backup(books.services, backup, ())

    assert found.is_good, found.differences
    with books.services.engine.connect() as connection:
        assert last_backups(connection).verified_made_at is not None


def test_a_manifest_that_the_restored_books_do_not_match_is_a_difference(backup: Path, other: Services) -> None:
    manifest = json.loads((backup / MANIFEST).read_bytes())
    manifest["rows"]["contributions"] = 2
    manifest["balances"]["EUR 9999"] = 1
    (backup / MANIFEST).write_text(json.dumps(manifest))

    found = restore(other, str(other.settings.database_url), None, backup, ())

    assert not found.is_good
    assert found.differences == (
        "rows of contributions: 1 restored, 2 in the manifest",
        "balance of EUR 9999: None restored, 1 in the manifest",
    )
