"""Sum the files that must agree with the books, to compare each sum with the ledger accounts that the file covers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

from psycopg import sql
from sqlalchemy import Connection

from service.exports.query_store import ExportScope, rows_of
from service.exports.records_store import read_books
from service.exports.request import ExportName, ExportRequest
from service.exports.store import read_rows
from service.ledger.accounts import Account
from service.ledger.local_days import LocalDays

_SUMS = sql.SQL("SELECT currency, sum({column}) FROM ({rows}) r WHERE {condition} GROUP BY currency")


@dataclass(frozen=True, slots=True)
class Agreement:
    """The sum of one column of a file, and the accounts whose balances must add up to it.

    `sums` are minor units by currency. `sign` is -1 if the accounts are credited.
    """

    name: ExportName
    accounts: tuple[Account, ...]
    sign: int
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Covered:
    """The column of a file to sum, over the rows of `condition`, and the accounts that it covers."""

    column: str
    accounts: tuple[Account, ...]
    sign: int = 1
    condition: LiteralString = "true"


_COVERED: Mapping[ExportName, _Covered] = {
    ExportName.CONTRIBUTIONS: _Covered(
        "gross_minor",
        (Account.CONTRIBUTIONS_ONE_OFF, Account.CONTRIBUTIONS_MONTHLY, Account.CONTRIBUTIONS_ANNUAL),
        sign=-1,
        condition="status = 'succeeded'",
    ),
    ExportName.REFUNDS: _Covered("original_rate_amount_minor", (Account.REFUNDS,)),
    ExportName.FEES: _Covered(
        "amount_minor", (Account.PROCESSING_FEES, Account.OTHER_FEES, Account.TAX_ON_FEES, Account.DISPUTE_FEES)
    ),
}


def agreements(connection: Connection, zone: ZoneInfo, now: datetime, *, is_livemode: bool) -> list[Agreement]:
    """Sum the files as they are now, over all days. Call it on a connection that sees one moment of the books."""
    scope = ExportScope(LocalDays(None, None, zone), read_books(connection, None), is_livemode, now)
    results = []
    for name, covered in _COVERED.items():
        statement = _SUMS.format(
            column=sql.Identifier(covered.column),
            rows=rows_of(ExportRequest(name), scope),
            condition=sql.SQL(covered.condition),
        )
        sums = {currency: int(minor) for currency, minor in read_rows(connection, statement) if minor}
        results.append(Agreement(name, covered.accounts, covered.sign, sums))
    return results
