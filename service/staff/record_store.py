"""The table of the record. Rows are only ever added, in the transaction of the act that they describe."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.people import Person
from service.staff.record import (
    NOTHING_SEEN,
    BrokenLink,
    Deed,
    RecordFilter,
    RecordRow,
    SeenRow,
    first_broken_link,
    recordable,
    row_after,
)

RECORD_LOCK = 0x6B6F_7265  # advisory lock: one transaction at a time adds rows, because each row needs the one before
READ_AT_ONCE = 1000

staff_record = Table(
    "staff_record",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("done_at", INSTANT, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "person_id", "number"),
    Index(None, "act", "number"),
    Index(None, "done_at"),
)


def write_record(  # noqa: PLR0913 every act has these values, and no act has them together
    connection: Connection, person: Person, act: str, subject: str, details: Mapping[str, Any], at: datetime
) -> RecordRow:
    """Add what a person did to the record, in the transaction of the act. Return the new row.

    `act` is a snake_case verb phrase such as `publish_campaign`, `subject` names its object, and `details` is JSON of
    at most 64 KB. Call it last in the transaction, because other acts wait for the record until the commit.
    """
    deed = recordable(Deed(at, person.id, person.name, act, subject, details))
    connection.execute(select(func.pg_advisory_xact_lock(RECORD_LOCK)))
    row = row_after(newest_row(connection), deed)
    connection.execute(
        insert(staff_record).values(
            number=row.number,
            done_at=deed.done_at,
            person_id=deed.person_id,
            person_name=deed.person_name,
            act=deed.act,
            subject=deed.subject,
            details=deed.details,
            previous_hash=row.previous_hash,
            hash=row.hash,
        )
    )
    return row


def newest_row(connection: Connection) -> RecordRow | None:
    """Return the last row of the record, or None if it is empty."""
    row = connection.execute(select(staff_record).order_by(staff_record.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else row_of(row)


def verify_chain(connection: Connection, seen: SeenRow = NOTHING_SEEN) -> BrokenLink | None:
    """Read the whole record and return where its chain is broken, or None if it is whole.

    `seen`: a row that an earlier check saw.
    """
    return first_broken_link(all_rows(connection), seen)


def find_rows(connection: Connection, wanted: RecordFilter, limit: int | None) -> tuple[RecordRow, ...]:
    """Return the rows that match, newest first, at most `limit`."""
    conditions = _conditions(wanted)
    if wanted.before is not None:
        conditions.append(staff_record.c.number < wanted.before)
    statement = select(staff_record).where(*conditions).order_by(staff_record.c.number.desc()).limit(limit)
    return tuple(row_of(row) for row in connection.execute(statement))


def count_rows(connection: Connection, wanted: RecordFilter, most: int) -> int:
    """Return how many rows match, on all pages; `most` + 1 if there are more than `most`."""
    rows = select(staff_record.c.number).where(*_conditions(wanted)).limit(most + 1).subquery()
    return connection.execute(select(func.count()).select_from(rows)).scalar_one()


def recorded_acts(connection: Connection) -> tuple[str, ...]:
    """Return every act that is in the record, in alphabetical order.

    The statement steps from each act to the next one in the index, so it does not read all rows.
    """
    act = staff_record.c.act
    step = select(func.min(act).label("act")).cte("acts", recursive=True)
    following = select(func.min(act)).where(act > step.c.act).scalar_subquery()
    acts = step.union_all(select(following).where(step.c.act.is_not(None)))
    statement = select(acts.c.act).where(acts.c.act.is_not(None)).order_by(acts.c.act)
    return tuple(connection.execute(statement).scalars())


def all_rows(connection: Connection) -> Iterator[RecordRow]:
    """Yield all rows of the record in order, read in portions."""
    last = 0
    while True:
        statement = select(staff_record).where(staff_record.c.number > last).order_by(staff_record.c.number)
        rows = connection.execute(statement.limit(READ_AT_ONCE)).all()
        if not rows:
            return
        yield from (row_of(row) for row in rows)
        last = rows[-1].number


def row_of(row: Any) -> RecordRow:
    """Return the row of the record in a row of the table."""
    deed = Deed(row.done_at, row.person_id, row.person_name, row.act, row.subject, row.details)
    return RecordRow(row.number, deed, bytes(row.previous_hash), bytes(row.hash))


def _conditions(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    table = staff_record.c
    conditions = [table.done_at >= wanted.starts_at, table.done_at < wanted.ends_at]
    if wanted.person_id is not None:
        conditions.append(table.person_id == wanted.person_id)
    if wanted.act is not None:
        conditions.append(table.act == wanted.act)
    return conditions
