"""Make a backup without secrets: a dump, the list of erasures and a manifest, all of one moment of the database."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine

from service.contributions.erasure_store import list_erasures
from service.database.client_programs import dump_database
from service.database.engine import owner_address, owner_engine
from service.database.transaction import committed, connected
from service.errors import StoreUnavailableError
from service.exports.exporting import Caller, Exports, open_export
from service.exports.records_store import read_books
from service.exports.request import ExportName, ExportRequest
from service.ledger.closings.store import closed_through
from service.ledger.store import balances
from service.operations.backups_store import add_backup, count_rows, export_snapshot, revision_of
from service.operations.build import build_id
from service.operations.erasure_list import write_erasures
from service.operations.keys import are_keys_known
from service.operations.keys_store import has_fingerprints, seen_fingerprints
from service.operations.manifest import DUMP, ERASURES, MANIFEST, BackupManifest, file_sha256, write_manifest
from service.private_folders import write_private_file
from service.services import Services
from service.settings import masked

log = structlog.get_logger()
CALLER = Caller("backup", may_export=True, may_see_personal_data=False)
CLOSED_FILES = (
    ExportName.CONTRIBUTIONS,
    ExportName.REFUNDS,
    ExportName.FEES,
    ExportName.PAYOUTS,
    ExportName.JOURNAL,
    ExportName.TRIAL_BALANCE,
)


def make_backup(services: Services, folder: Path) -> Path:
    """Make a backup in a new folder below `folder`, and return that. An unfinished one has a name that ends in `.part`.

    Raise ProgramFailedError if pg_dump fails, and StoreUnavailableError if the database cannot be read.
    """
    now, address = services.clock(), owner_address(services.settings)
    name = f"keepopen-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    unfinished = folder / f"{name}.part"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # one that exists may be shared, and stays as it is
    unfinished.mkdir(mode=0o700)
    with owner_of(address) as owner, connected(owner, isolation_level="REPEATABLE READ") as connection:
        snapshot = export_snapshot(connection)
        dump_database(address, snapshot, unfinished / DUMP)
        write_erasures(unfinished / ERASURES, list_erasures(connection))
        manifest = _described(services, connection, unfinished, name)
    write_private_file(unfinished / MANIFEST, write_manifest(manifest))
    (unfinished / DUMP).chmod(0o600)
    byte_count = sum(path.stat().st_size for path in unfinished.iterdir())
    finished = unfinished.rename(folder / name)
    try:
        with committed(services.engine) as connection:
            add_backup(connection, name, now, byte_count)
    except StoreUnavailableError as error:  # the backup is good all the same, for example before an upgrade
        log.warning("backup_not_recorded", reason=str(error))
    return finished


@contextmanager
def owner_of(address: str) -> Iterator[Engine]:
    """Yield the engine of the owner who signs in at this address."""
    owner = owner_engine(address)
    try:
        yield owner
    finally:
        owner.dispose()


def _described(services: Services, connection: Connection, folder: Path, name: str) -> BackupManifest:
    closed = closed_through(connection)
    period = None if closed is None else (closed.replace(day=1), closed)
    info = connection.dialect.server_version_info or ()
    return BackupManifest(
        name=name,
        made_at=services.clock().isoformat(),
        build=build_id(),
        revision=revision_of(connection),
        server=".".join(map(str, info)),
        as_of=read_books(connection, None).as_of,
        rows=count_rows(connection),
        balances=balances_by_name(connection),
        closed=period and (period[0].isoformat(), period[1].isoformat()),
        exports=closed_files(services, *period) if period else {},
        keys=_keys(services, connection),
        settings=masked(services.settings),
        files={file: file_sha256(folder / file) for file in (DUMP, ERASURES)},
    )


def _keys(services: Services, connection: Connection) -> tuple[str, ...]:
    """Return fingerprints of the keys that the database was used with, which are not always those in the settings."""
    if not has_fingerprints(connection) or are_keys_known(connection, services.keys):
        return services.keys.fingerprints()
    return tuple(sorted(seen_fingerprints(connection)))


def balances_by_name(connection: Connection) -> dict[str, int]:
    """Return the balance of every account in minor units, by currency and account."""
    return {f"{currency} {account}": minor for (currency, account), minor in sorted(balances(connection).items())}


def closed_files(services: Services, first: date, last: date) -> dict[str, str]:
    """Return the SHA-256 of each file of a closed period: its bytes never change."""
    exports, found = Exports(services.engine, services.settings, services.clock), {}
    for name in CLOSED_FILES:
        with closing(open_export(exports, CALLER, ExportRequest(name, first, last), "csv")) as stream:
            for _ in stream:
                pass
            found[name.value] = stream.sha256
    return found
