"""Restore a backup into an empty database, and check a backup by restoring it into a database that is then deleted."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from service.database.client_programs import load_database
from service.database.embedded import as_application, embedded_postgresql
from service.database.engine import application_engine, inbox_engine
from service.database.migrate import migrate
from service.database.transaction import committed, connected
from service.errors import ConflictError
from service.exports.runs.store import first_bytes
from service.ledger.invariants.check import Check
from service.operations.backup import CALLER, balances_by_name, closed_files, owner_of
from service.operations.backups_store import count_rows, set_verified, table_count
from service.operations.erase_again import erase_again
from service.operations.erasure_list import read_erasures
from service.operations.manifest import DUMP, ERASURES, BackupManifest, read_manifest
from service.reconciliation.checking import check_everything
from service.services import Services


class DatabaseNotEmptyError(ConflictError):
    """The database to restore into holds something already."""

    code = "database_not_empty"


class WrongKeysError(ConflictError):
    """SECRET_KEYS have none of the keys that the backup needs."""

    code = "wrong_keys"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore found. `differences` has a sentence for everything that is not as the manifest says."""

    manifest: BackupManifest
    erased_again: int
    checks: tuple[Check, ...]
    differences: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.differences and all(check.is_green for check in self.checks)


def restore(services: Services, address: str, login: str | None, backup: Path, lists: Sequence[Path]) -> Restored:
    """Restore a backup into the empty database at `address`, whose owner signs in there. All or nothing is restored.

    Then migrate it, erase those people again whom `lists` of erasures name, and compare everything with the manifest.
    Raise DatabaseNotEmptyError, DamagedBackupError or WrongKeysError before anything is changed.
    """
    manifest = read_manifest(backup)
    if not set(manifest.keys) & set(services.keys.fingerprints()):
        raise WrongKeysError(
            "SECRET_KEYS are not those of this backup: staff tokens, passports and the bodies of events could not be "
            "read. Set the keys that the service had when the backup was made"
        )
    _refuse_if_not_empty(address)
    load_database(address, backup / DUMP)
    before = _counted(address)
    migrate(address, login)
    erased_again = erase_again(services, read_erasures([backup / ERASURES, *lists]))
    found = tuple(check_everything(services))
    return Restored(manifest, erased_again, found, (*_compared(manifest, before), *_changed_files(services, manifest)))


def check_backup(services: Services, backup: Path, lists: Sequence[Path]) -> Restored:
    """Restore a backup into a server of its own, which is deleted afterwards, and note in our database that it is good.

    The server in use is only asked to take that note.
    """
    with (
        tempfile.TemporaryDirectory(prefix="keepopen-check-") as folder,
        embedded_postgresql(Path(folder)) as address,
        _on(services, as_application(address)) as scratch,
    ):
        found = restore(scratch, address, None, backup, lists)
    if found.is_good:
        with committed(services.engine) as connection:
            set_verified(connection, found.manifest.name, services.clock())
    return found


@contextmanager
def _on(services: Services, address: str) -> Iterator[Services]:
    """Yield the services with connections to another database."""
    engine, inbox = application_engine(address), inbox_engine(address)
    try:
        yield replace(services, engine=engine, inbox=inbox)
    finally:
        engine.dispose()
        inbox.dispose()


def _refuse_if_not_empty(address: str) -> None:
    with owner_of(address) as owner, connected(owner) as connection:
        count = table_count(connection)
    if count:
        raise DatabaseNotEmptyError(
            f"the database has {count} tables and other objects already, perhaps of a restore that was broken off. "
            "Nothing was changed. Create an empty database and name it in MIGRATION_DATABASE_URL and DATABASE_URL"
        )


def _counted(address: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the number of rows by table, and the balances."""
    with owner_of(address) as owner, connected(owner) as connection:
        return count_rows(connection), balances_by_name(connection)


def _compared(manifest: BackupManifest, found: tuple[Mapping[str, int], Mapping[str, int]]) -> Iterator[str]:
    for what, wanted, restored in zip(
        ("rows of", "balance of"), (manifest.rows, manifest.balances), found, strict=True
    ):
        for name in sorted(wanted.keys() | restored.keys()):
            if wanted.get(name) != restored.get(name):
                yield f"{what} {name}: {restored.get(name)} restored, {wanted.get(name)} in the manifest"


def _changed_files(services: Services, manifest: BackupManifest) -> Iterator[str]:
    """Yield a sentence for each file of the last closed period that has other bytes than it had before."""
    if manifest.closed is None:
        return
    first, last = map(date.fromisoformat, manifest.closed)
    files = closed_files(services, first, last)
    with connected(services.engine) as connection:
        changed = first_bytes(connection, files, CALLER.name)
    for name in sorted(files.keys() | manifest.exports.keys()):
        if files.get(name) != manifest.exports.get(name):
            yield f"{name}.csv from {first} to {last} has other bytes than when the backup was made"
        if name in changed:
            run = changed[name]
            since = f"when {run.asked_by} first had it on {run.asked_at:%Y-%m-%d}"
            yield f"{name}.csv from {first} to {last} has other bytes than {since}"
