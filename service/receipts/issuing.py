"""Issue receipts and keep Gift Aid declarations."""

from datetime import date

from service.exports.export import InvalidExportError
from service.exports.exporting import Exports
from service.ledger.local_days import LocalDays
from service.receipts.receipts import NewReceipt, receipts_to_issue
from service.receipts.store import (
    Declaration,
    add_declaration,
    add_receipt,
    current_receipts,
    lock_receipts,
    next_number,
    year_of_giving,
)

FIRST_YEAR, LAST_YEAR = 2000, 2199


def issue_receipts(exports: Exports, year: int) -> list[NewReceipt]:
    """Issue what is missing for a year; one that changed since, by a refund say, is replaced by one of a new number."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidExportError(f"years lie between {FIRST_YEAR} and {LAST_YEAR}")
    now = exports.clock()
    days = LocalDays(date(year, 1, 1), date(year, 12, 31), exports.settings.accounting_zone)
    with exports.engine.begin() as connection:
        lock_receipts(connection)
        giving = year_of_giving(connection, days, is_livemode=exports.settings.is_livemode)
        issued = receipts_to_issue(giving, current_receipts(connection, year), next_number(connection, year))
        for receipt in issued:
            add_receipt(connection, receipt, now)
    return issued


def declare_gift_aid(exports: Exports, declaration: Declaration) -> str:
    """Keep a declaration; returns its id."""
    if declaration.valid_until is not None and declaration.valid_until < declaration.valid_from:
        raise InvalidExportError("the declaration ends before it begins")
    with exports.engine.begin() as connection:
        return add_declaration(connection, declaration, exports.clock())
