"""Issue annual receipts and save Gift Aid declarations."""

from datetime import datetime

from sqlalchemy import Engine

from service.database.transaction import committed
from service.errors import DomainError
from service.receipts.receipts import NewReceipt, receipts_to_issue
from service.receipts.store import (
    Declaration,
    add_declaration,
    add_receipt,
    current_receipts,
    lock_receipts,
    next_number,
    year_totals,
)
from service.settings import Settings

FIRST_YEAR, LAST_YEAR = 2000, 2199


class InvalidReceiptError(DomainError):
    """A receipt or a Gift Aid declaration cannot be made as requested."""

    code = "invalid_receipt"


def issue_receipts(engine: Engine, settings: Settings, year: int, now: datetime) -> list[NewReceipt]:
    """Issue the missing receipts of a year, and return them.

    If the total of a receipt has changed, for example by a refund, a receipt with a new number replaces it. Raise
    InvalidReceiptError if the year is before 2000 or after 2199.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidReceiptError(f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
    with committed(engine) as connection:
        lock_receipts(connection)
        totals = year_totals(connection, year, settings.accounting_zone, is_livemode=settings.is_livemode)
        issued = receipts_to_issue(totals, current_receipts(connection, year), next_number(connection, year))
        for receipt in issued:
            add_receipt(connection, receipt, now)
    return issued


def declare_gift_aid(engine: Engine, declaration: Declaration, now: datetime) -> str:
    """Save a declaration and return its id. Raise InvalidReceiptError if it ends before it begins."""
    if declaration.valid_until is not None and declaration.valid_until < declaration.valid_from:
        raise InvalidReceiptError("the declaration ends before it begins")
    with committed(engine) as connection:
        return add_declaration(connection, declaration, now)
