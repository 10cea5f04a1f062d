"""The table of checks. A check is never changed, so a later check can be compared with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Identity, LargeBinary, Table, Text, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.record import SeenRow

staff_record_checks = Table(
    "staff_record_checks",
    metadata,
    Column("check_id", BigInteger, Identity(always=True), primary_key=True),
    Column("checked_at", INSTANT, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("problem", Text),
)


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """The result of a check. `seen`: the newest row of the last whole chain. `problem` None: the chain was whole."""

    checked_at: datetime
    seen: SeenRow
    problem: str | None


def insert_check(connection: Connection, check: RecordCheck) -> None:
    """Store a check."""
    connection.execute(
        insert(staff_record_checks).values(
            checked_at=check.checked_at, number=check.seen.number, hash=check.seen.hash, problem=check.problem
        )
    )


def latest_check(connection: Connection) -> RecordCheck | None:
    """Return the newest check, or None."""
    statement = select(staff_record_checks).order_by(staff_record_checks.c.check_id.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else RecordCheck(row.checked_at, SeenRow(row.number, bytes(row.hash)), row.problem)
