"""The chart of accounts in the database: our accounts, and those that the organisation added."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from service.ledger.accounts import account_kind
from service.ledger.store import ledger_accounts


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """An account of the chart. `kind` is a value of AccountKind."""

    code: str
    name: str
    kind: str


def chart_of_accounts(connection: Connection) -> dict[str, ChartAccount]:
    """Return every account by its code, sorted by code."""
    rows = connection.execute(select(ledger_accounts).order_by(ledger_accounts.c.code))
    return {row.code: ChartAccount(row.code, row.name, row.kind) for row in rows}


def insert_account(connection: Connection, code: str, name: str) -> None:
    """Add an account to the chart."""
    connection.execute(insert(ledger_accounts).values(code=code, name=name, kind=account_kind(code).value))
