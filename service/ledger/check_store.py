"""The newest result of checking the invariants, kept for whoever watches."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Integer, Table, Text, delete, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.ledger.invariants import Check

ledger_checks = Table(
    "ledger_checks",
    metadata,
    Column("number", Integer, nullable=False),
    Column("name", Text, primary_key=True),
    Column("is_green", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("checked_at", INSTANT, nullable=False),
)


def save_checks(connection: Connection, checks: Sequence[Check], now: datetime) -> None:
    """Replace the last result by this one."""
    connection.execute(delete(ledger_checks))
    connection.execute(
        insert(ledger_checks),
        [
            {
                "number": check.number,
                "name": check.name,
                "is_green": check.is_green,
                "detail": check.detail,
                "checked_at": now,
            }
            for check in checks
        ],
    )


def latest_checks(connection: Connection) -> tuple[Check, ...]:
    """The last result, by number and name; empty before the first."""
    found = ledger_checks.c
    rows = connection.execute(select(ledger_checks).order_by(found.number, found.name))
    return tuple(Check(row.number, row.name, row.is_green, row.detail) for row in rows)
