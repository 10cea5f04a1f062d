"""The batches that were made, and the entries that each has. The database refuses to change either."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    exists,
    func,
    insert,
    literal,
    select,
)

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.exports.batches.batch import Batch, BatchOrder, UnknownBatchError
from service.exports.request import Granularity, Layout
from service.ledger.store import ledger_entries

BATCH_LOCK = 0x6B6F_6261  # advisory lock: one transaction at a time makes a batch

export_batches = Table(
    "export_batches",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("layout", Text, nullable=False),
    Column("granularity", Text, nullable=False),
    Column("currency", Text),
    Column("through_on", Date),
    Column("as_of", BigInteger, nullable=False),
    Column("mapping_version", Integer),
    Column("home_currency", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
)

# The key lets an entry be in one batch of each layout only.
export_batch_entries = Table(
    "export_batch_entries",
    metadata,
    Column("layout", Text, primary_key=True),
    Column("entry_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_number", BigInteger, ForeignKey("export_batches.number"), nullable=False),
    Index(None, "batch_number"),
)


def lock_batches(connection: Connection) -> None:
    """Wait until no other transaction makes a batch, and keep others waiting until this transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(BATCH_LOCK)))


def next_number(connection: Connection) -> int:
    """Return the number of the next batch; numbers have no gap."""
    newest = connection.execute(select(func.coalesce(func.max(export_batches.c.number), 0))).scalar_one()
    return int(newest) + 1


def add_batch(connection: Connection, batch: Batch) -> None:
    """Save a batch, without its entries."""
    connection.execute(
        insert(export_batches).values(
            number=batch.number,
            layout=batch.order.layout.value,
            granularity=batch.order.granularity.value,
            currency=batch.order.currency,
            through_on=batch.order.through_on,
            as_of=batch.as_of,
            mapping_version=batch.mapping_version,
            home_currency=batch.home_currency,
            created_by=batch.created_by,
            created_at=batch.created_at,
        )
    )


def mark_entries(connection: Connection, batch: Batch, ledger_seq: int) -> None:
    """Mark every entry up to `ledger_seq` that the batch takes and that no other batch of its layout has."""
    entry, marked, order = ledger_entries.c, export_batch_entries.c, batch.order
    wanted = select(literal(order.layout.value), entry.seq, literal(batch.number)).where(
        entry.seq <= ledger_seq,
        ~exists().where(marked.layout == order.layout.value, marked.entry_seq == entry.seq),
    )
    if order.through_on is not None:
        wanted = wanted.where(entry.accounting_date <= order.through_on)
    if order.currency is not None:
        wanted = wanted.where(entry.currency == order.currency)
    connection.execute(insert(export_batch_entries).from_select(["layout", "entry_seq", "batch_number"], wanted))


def find_batch(connection: Connection, number: int) -> Batch:
    """Return a batch. Raise UnknownBatchError if there is none with this number."""
    row = connection.execute(_BATCHES.where(export_batches.c.number == number)).first()
    if row is None:
        raise UnknownBatchError(f"there is no batch {number}")
    return _batch(row)


def list_batches(connection: Connection, limit: int) -> tuple[Batch, ...]:
    """Return the newest batches, at most `limit`."""
    rows = connection.execute(_BATCHES.order_by(export_batches.c.number.desc()).limit(limit))
    return tuple(map(_batch, rows))


_BATCHES = select(
    export_batches,
    select(func.count())
    .where(export_batch_entries.c.batch_number == export_batches.c.number)
    .scalar_subquery()
    .label("entry_count"),
)


def _batch(row: "Row[tuple[object, ...]]") -> Batch:
    order = BatchOrder(Layout(row.layout), Granularity(row.granularity), row.currency, row.through_on)
    return Batch(
        number=row.number,
        order=order,
        as_of=row.as_of,
        mapping_version=row.mapping_version,
        home_currency=row.home_currency,
        created_by=row.created_by,
        created_at=row.created_at,
        entry_count=row.entry_count,
    )
