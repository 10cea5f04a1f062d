"""Clear open items: reclassify, write off or settle what an object has left on an account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import Connection

from service.database.transaction import committed
from service.ledger.closings.store import closed_through
from service.ledger.manual.checks import ManualAmountError, ManualEntryError
from service.ledger.manual.entering import BookedUnder, Bookkeeping, Draft, SavedEntry, save_drafts
from service.ledger.manual.entry import ManualKind
from service.ledger.manual.open_items_store import OpenItem, open_items, subjects_named
from service.ledger.store import lock_ledger
from service.money import exponent, major_text

MAX_DIGITS = 14


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a person asks for: the account that takes the amounts, the name, the reason, and the accounting day.

    `day` None is the day of the item for a reclassification or a write-off, or the first open day if that day is
    closed. It is today for a settlement, because the bank decides on the day. `amount` None is all that is left.
    """

    kind: ManualKind
    to: str
    by: str
    why: str
    day: date | None = None
    amount: str | None = None
    account: str | None = None
    under: BookedUnder = field(default_factory=BookedUnder)


def clear_items(
    books: Bookkeeping, clearing: Clearing, wanted: Sequence[str] = (), category: str | None = None
) -> list[SavedEntry]:
    """Clear the items with these ids, or all items of a category, with an entry for each.

    Raise ManualEntryError, and post nothing, if an item is not found or an entry is refused.
    """
    with committed(books.engine) as connection:
        lock_ledger(connection)
        items = _chosen(connection, clearing, wanted, category)
        if clearing.amount is not None and len(items) > 1:
            raise ManualEntryError(f"an amount belongs to a single item, but {len(items)} are named")
        closed = closed_through(connection)
        return save_drafts(connection, books, [_draft(clearing, item, closed) for item in items])


def exact_minor(amount: str, currency: str) -> int:
    """Return a positive amount such as 5 or 5.00 in minor units. Raise ManualEntryError for any other text."""
    cleaned = amount.strip()
    try:
        minor = Decimal(cleaned).scaleb(exponent(currency))
        is_exact = cleaned.isascii() and cleaned.replace(".", "", 1).isdigit() and minor == int(minor)
    except (InvalidOperation, ValueError, OverflowError):
        is_exact = False
    if not is_exact or minor <= 0 or len(cleaned) > MAX_DIGITS:
        raise ManualAmountError(f"{amount} is not an amount in {currency}; write digits and a point, such as 5 or 5.00")
    return int(minor)


def _chosen(connection: Connection, clearing: Clearing, wanted: Sequence[str], category: str | None) -> list[OpenItem]:
    items = [item for item in open_items(connection) if clearing.account in {None, item.account}]
    if category is not None:
        found = [item for item in items if item.category == category]
        if not found:
            raise ManualEntryError(f"no item of the category {category} is open; see `ledger open-items`")
        return found
    return [_named_item(connection, items, id_) for id_ in dict.fromkeys(wanted)]


def _named_item(connection: Connection, items: Sequence[OpenItem], wanted: str) -> OpenItem:
    subjects = {wanted, *subjects_named(connection, wanted)}
    found = [item for item in items if item.subject_id in subjects]
    if not found:
        raise ManualEntryError(f"{wanted} has nothing open; see `ledger open-items`")
    if len(found) > 1:
        accounts = ", ".join(f"{item.account} {item.currency}" for item in found)
        raise ManualEntryError(f"{wanted} has several open items ({accounts}); name the account with --account")
    return found[0]


def _draft(clearing: Clearing, item: OpenItem, closed: date | None) -> Draft:
    left_minor = abs(item.amount_minor)
    minor = left_minor if clearing.amount is None else exact_minor(clearing.amount, item.currency)
    if minor > left_minor:
        raise ManualAmountError(f"only {major_text(left_minor, item.currency)} {item.currency} is open")
    cleared = -minor if item.amount_minor > 0 else minor
    lines = [(str(item.account), cleared), (clearing.to, -cleared)]
    return Draft(
        clearing.kind,
        item.currency,
        lines,
        clearing.by,
        clearing.why,
        _day(clearing, item, closed),
        item.subject_id,
        under=clearing.under,
    )


def _day(clearing: Clearing, item: OpenItem, closed: date | None) -> date | None:
    if clearing.day is not None or clearing.kind is ManualKind.SETTLE:
        return clearing.day
    return max(item.opened_on, closed + timedelta(days=1)) if closed is not None else item.opened_on
