"""Read every fact as it was at an earlier point in the books.

A trigger numbers each change of a fact and saves the row as it was before the change. A table as of number n therefore
is the table now, except that each record that changed since n is replaced by the row that its first later change saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Identity,
    Index,
    Table,
    Text,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.exports.request import BusyBooksError, InvalidExportError

RECORDS_LOCK = 0x6B6F_7472  # advisory lock: shared by transactions that change facts, exclusive to wait for them
REST_ATTEMPTS = 8
RECORDS_KEPT_DAYS = 400  # older changes are kept only if an export of a closed period needs them
REST_TIMEOUT_MILLISECONDS = 500  # below PostgreSQL's deadlock_timeout, so that no writer is cancelled for this wait

# The tables whose changes are saved, and the column that identifies a record of each.
RECORDED_TABLES: Mapping[str, str] = {
    "balance_transactions": "id",
    "charges": "id",
    "refunds": "id",
    "disputes": "id",
    "payouts": "id",
    "invoices": "id",
    "payout_members": "balance_transaction_id",
    "payout_ties": "payout_id",
    "subscriptions": "id",
    "contributions": "id",
    "gift_aid_declarations": "id",
    "receipts": "id",
}

record_changes = Table(
    "record_changes",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("old_row", JSONB),
    Column("noted_at", INSTANT, nullable=False, server_default=func.now()),
    Index(None, "table_name", "seq"),
)
# The change numbers at which the books can still be read: every number from the horizon on.
record_points = Table(
    "record_points",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("is_horizon", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class BooksPoint:
    """A point in the books.

    `as_of` is the number of the last change of a fact, `ledger_seq` the number of the newest ledger entry at that
    point, `changed_since` the tables that changed later.
    """

    as_of: int
    ledger_seq: int
    changed_since: frozenset[str]


def wait_for_rest(connection: Connection) -> None:
    """Wait until every change that has a number is committed. This ends the caller's transaction.

    Raise BusyBooksError if writers leave no such moment for a few seconds.
    """
    for _ in range(REST_ATTEMPTS):
        try:
            connection.execute(text(f"SET LOCAL lock_timeout = {REST_TIMEOUT_MILLISECONDS}"))
            connection.execute(select(func.pg_advisory_xact_lock(RECORDS_LOCK)))
        except OperationalError:
            connection.rollback()
        else:
            connection.commit()
            return
    raise BusyBooksError("the books are changing too fast to be read at one moment; try again")


def hold_newest_point(connection: Connection) -> int:
    """Return the number of the newest change, and keep writers of facts waiting until the transaction ends.

    The caller must hold the ledger's lock. Raise BusyBooksError, which ends the transaction, if a writer is at work.
    """
    try:
        connection.execute(text(f"SET LOCAL lock_timeout = {REST_TIMEOUT_MILLISECONDS}"))
        connection.execute(select(func.pg_advisory_xact_lock(RECORDS_LOCK)))
    except OperationalError as error:
        raise BusyBooksError("the books are changing too fast to be closed at one moment; try again") from error
    return int(connection.execute(select(func.coalesce(func.max(record_changes.c.seq), 0))).scalar_one())


def read_books(connection: Connection, as_of: int | None) -> BooksPoint:
    """Return the point in the books with the number `as_of`, or the newest point for None.

    Raise InvalidExportError if the books have not reached that number or can no longer be read as of it.
    """
    change = record_changes.c
    newest = connection.execute(select(func.coalesce(func.max(change.seq), 0))).scalar_one()
    if as_of is not None and not 0 <= as_of <= newest:
        raise InvalidExportError(f"as_of has not been reached: the newest is {newest}")
    point = newest if as_of is None else as_of
    if not _is_kept(connection, point):
        raise InvalidExportError(
            f"the books as of {point} are no longer kept: no export of a closed period was made at that number"
        )
    since = select(change.table_name).distinct().where(change.seq > point)
    reached = select(func.max(change.object_id.cast(BigInteger))).where(
        change.table_name == "ledger_entries", change.seq <= point
    )
    ledger_seq = connection.execute(reached).scalar_one() or 0
    return BooksPoint(point, ledger_seq, frozenset(connection.execute(since).scalars()))


def _is_kept(connection: Connection, point: int) -> bool:
    seq = record_points.c.seq
    horizon = select(func.coalesce(func.max(seq), 0)).scalar_subquery()
    statement = select(or_(literal(point) >= horizon, exists().where(seq == point)))
    return bool(connection.execute(statement).scalar_one())


def prune_records(connection: Connection, kept_days: int = RECORDS_KEPT_DAYS) -> int:
    """Delete the changes older than `kept_days` that no repeatable export needs, and return how many there were."""
    return int(connection.execute(select(func.prune_record_changes(kept_days))).scalar_one())


def relations(books: BooksPoint) -> dict[str, sql.Composable]:
    """Return, for every recorded table, a relation with its rows at that point: the table itself if it is unchanged."""
    return {
        table: _undone(table, key, books.as_of) if table in books.changed_since else sql.Identifier(table)
        for table, key in RECORDED_TABLES.items()
    }


_UNDONE = sql.SQL(
    "(SELECT present.* FROM {table} present WHERE NOT EXISTS ("
    "SELECT FROM record_changes c WHERE c.table_name = {name} AND c.seq > {as_of} AND c.object_id = present.{key}) "
    "UNION ALL SELECT (jsonb_populate_record(NULL::{table}, earliest.old_row)).* FROM ("
    "SELECT DISTINCT ON (object_id) old_row FROM record_changes WHERE table_name = {name} AND seq > {as_of} "
    "ORDER BY object_id, seq) earliest WHERE earliest.old_row IS NOT NULL)"
)


def _undone(table: str, key: str, as_of: int) -> sql.Composable:
    return _UNDONE.format(
        table=sql.Identifier(table), name=sql.Literal(table), key=sql.Identifier(key), as_of=sql.Literal(as_of)
    )
