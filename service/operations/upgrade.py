"""Try an upgrade on a copy: which migrations are pending, how long each takes there, and which locks it takes."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.database.client_programs import load_database
from service.database.embedded import embedded_postgresql
from service.database.migrate import known_revisions, migrate_one
from service.database.transaction import connected
from service.operations.backup import owner_of
from service.operations.backups_store import revision_of
from service.operations.manifest import DUMP, read_manifest


@dataclass(frozen=True, slots=True)
class TriedMigration:
    """A migration that was run on a copy. `blocked`: existing tables that could not be read meanwhile."""

    revision: str
    seconds: float
    blocked: tuple[str, ...]


def pending_migrations(address: str) -> tuple[str, ...]:
    """Return the migrations of this version that the database at `address` lacks, in their order."""
    with owner_of(address) as owner, connected(owner) as connection:
        return _after(revision_of(connection))


def try_upgrade(backup: Path) -> Iterator[TriedMigration]:
    """Restore a backup into a server of its own, and run each pending migration there. Raise DamagedBackupError."""
    read_manifest(backup)
    with tempfile.TemporaryDirectory(prefix="keepopen-check-") as folder, embedded_postgresql(Path(folder)) as address:
        load_database(address, backup / DUMP)
        with owner_of(address) as owner:
            with connected(owner) as connection:
                pending = _after(revision_of(connection))
            for revision in pending:
                began = time.monotonic()
                blocked = migrate_one(owner, revision)
                yield TriedMigration(revision, time.monotonic() - began, blocked)


def _after(revision: str) -> tuple[str, ...]:
    known = known_revisions()
    return known[known.index(revision) + 1 :] if revision in known else ()
