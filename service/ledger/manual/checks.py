"""The reasons why an entry by a person is refused, each a sentence that says what to do."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.errors import ConflictError
from service.ledger.accounts import OPEN_ITEM_ACCOUNTS, STRIPE_ACCOUNTS, Account
from service.ledger.accounts_store import ChartAccount
from service.ledger.manual.entry import ManualEntry, ManualKind
from service.ledger.manual.open_items_store import ItemKey, OpenItem
from service.money import major_text

MAX_TEXT = 200


class ManualEntryError(ConflictError):
    """The entry by a person is refused, and nothing was posted. The message has every reason."""

    code = "manual_entry_refused"


class ManualAmountError(ManualEntryError):
    """The amount of an entry by a person cannot be read, or is more than what is open."""


@dataclass(frozen=True, slots=True)
class BooksState:
    """What an entry is checked against. `currencies` are those with entries; `today` is the organisation's day."""

    chart: Mapping[str, ChartAccount]
    items: Mapping[ItemKey, OpenItem]
    currencies: Collection[str]
    closed_through: date | None
    today: date


def clean_text(value: str, what: str) -> str:
    """Return a text without spaces around it. Raise ManualEntryError if it is empty, too long or not a single line."""
    cleaned = " ".join(value.split(" ")).strip()
    if not cleaned or len(cleaned) > MAX_TEXT or not cleaned.isprintable():
        raise ManualEntryError(f"{what} must be a single line of 1 to {MAX_TEXT} characters")
    return cleaned


def is_same_person(name: str, other: str) -> bool:
    """Return True if two names differ only in case and spaces."""
    return "".join(name.split()).casefold() == "".join(other.split()).casefold()


def problems(entry: ManualEntry, books: BooksState) -> tuple[str, ...]:
    """Return every reason why an entry cannot be posted; empty if it can."""
    return (*_line_problems(entry, books), *_day_problems(entry, books), *_item_problems(entry, books))


def day_problem(day: date, books: BooksState) -> str | None:
    """Return why no entry can have this accounting day, or None."""
    if books.closed_through is not None and day <= books.closed_through:
        first_open = books.closed_through + timedelta(days=1)
        return f"{day} is closed; take {first_open} or a later day, or reopen {day}"
    if day > books.today:
        return f"{day} has not begun; take {books.today} or an earlier day"
    return None


def _line_problems(entry: ManualEntry, books: BooksState) -> Iterator[str]:
    if len(entry.lines) < 2 or not all(amount_minor for _, amount_minor in entry.lines):
        yield "an entry needs a debit and a credit, and no amount of zero"
    total = sum(amount_minor for _, amount_minor in entry.lines)
    if total:
        side = "debits" if total > 0 else "credits"
        left = major_text(abs(total), entry.currency)
        yield f"the entry does not balance: its {side} are {left} {entry.currency} too high"
    if entry.currency not in books.currencies:
        held = ", ".join(sorted(books.currencies)) or "no currency yet"
        yield f"the books have no {entry.currency}; they have {held}"
    accounts = [account for account, _ in entry.lines]
    for account in sorted(set(accounts)):
        if account not in books.chart:
            yield f"{account} is not an account; see `ledger accounts list`, or add it with `ledger accounts add`"
        elif account in STRIPE_ACCOUNTS:
            yield f"{account} {books.chart[account].name} follows Stripe, so only facts from Stripe post to it"
        if accounts.count(account) > 1:
            yield f"{account} is named twice; write one amount for it"


def _day_problems(entry: ManualEntry, books: BooksState) -> Iterator[str]:
    problem = day_problem(entry.accounting_date, books)
    if problem is not None:
        yield problem


def _item_problems(entry: ManualEntry, books: BooksState) -> Iterator[str]:
    """Yield why the entry does not clear its item: accounts with open items may only be emptied, item by item.

    Taking back an entry that cleared an item opens the item again.
    """
    if entry.kind is ManualKind.REVERSE:
        return
    for account, amount_minor in entry.lines:
        if account not in OPEN_ITEM_ACCOUNTS:
            continue
        item = books.items.get((entry.subject_id, account, entry.currency))
        if item is None or item.amount_minor == 0:
            yield _nothing_open(entry, account)
            continue
        left = f"{major_text(abs(item.amount_minor), item.currency)} {item.currency}"
        if amount_minor * item.amount_minor >= 0 or abs(amount_minor) > abs(item.amount_minor):
            side = "credit" if item.amount_minor > 0 else "debit"
            yield f"{item.subject_id} has {left} left on {account}; {side} {account} by that amount or less"
        if entry.accounting_date < item.opened_on:
            yield f"{item.subject_id} is on {account} since {item.opened_on}; take that day or a later one"


def _nothing_open(entry: ManualEntry, account: str) -> str:
    if entry.subject_id is None:
        return f"{account} is emptied item by item; name the item with --about (see `ledger open-items`)"
    return f"{entry.subject_id} has nothing open on {Account(account)} in {entry.currency}; see `ledger open-items`"
