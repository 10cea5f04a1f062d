"""The result of the last check of the invariants, which `/metrics` and staff pages show."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Integer, Table, Text, delete, func, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.ledger.invariants.check import Check

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
    """Save the result of a check in place of the last one."""
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


def checked_at(connection: Connection) -> datetime | None:
    """Return when the books were last checked, or None before the first check."""
    found: datetime | None = connection.scalar(select(func.min(ledger_checks.c.checked_at)))
    return found


def latest_checks(connection: Connection) -> tuple[Check, ...]:
    """Return the result of the last check, ordered by number and name; empty before the first check."""
    check = ledger_checks.c
    rows = connection.execute(select(ledger_checks).order_by(check.number, check.name))
    return tuple(Check(row.number, row.name, row.is_green, row.detail) for row in rows)
