"""Post entries by a person. An entry above the limit waits until a second person approves it.

Every act is a single transaction that keeps other writers of the ledger waiting. It posts everything or, with an error
that has every reason, nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from service.database.transaction import committed
from service.ids import new_id
from service.ledger.accounts_store import chart_of_accounts
from service.ledger.closings.store import closed_through
from service.ledger.manual import store
from service.ledger.manual.checks import BooksState, ManualEntryError, clean_text, is_same_person, problems
from service.ledger.manual.entry import ManualDecision, ManualEntry, ManualKind, ManualOutcome, ledger_entry
from service.ledger.manual.open_items_store import ItemKey, OpenItem, open_items, subjects_named
from service.ledger.store import NumberedEntry, append_entries, currencies_held, last_seq, lock_ledger
from service.money import exponent


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """The books that a person works on. `limits` has major units by currency; an entry above needs a second person.

    `limits[""]` applies to every other currency.
    """

    engine: Engine
    zone: ZoneInfo
    now: datetime
    limits: Mapping[str, int]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def limit_minor(self, currency: str) -> int:
        """Return the highest amount in minor units that one person may post."""
        return int(self.limits.get(currency, self.limits[""]) * 10 ** exponent(currency))


@dataclass(frozen=True, slots=True)
class BookedUnder:
    """The site, campaign and fund that an entry is booked under. None means those of the object's contribution."""

    site: str | None = None
    campaign: str | None = None
    fund: str | None = None

    def cleaned(self) -> dict[str, str | None]:
        """Return the words without spaces around them. Raise ManualEntryError if one is not a short single line."""
        words = {name: getattr(self, name) for name in ("site", "campaign", "fund")}
        return {name: clean_text(word, f"the {name}") if word is not None else None for name, word in words.items()}


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that a person asks for. `day` None means today."""

    kind: ManualKind
    currency: str
    lines: Sequence[tuple[str, int]]
    by: str
    why: str
    day: date | None = None
    subject_id: str | None = None
    reverses: str | None = None
    under: BookedUnder = field(default_factory=BookedUnder)


@dataclass(frozen=True, slots=True)
class SavedEntry:
    """A saved entry with its number in the ledger, which is None while it waits for a second person."""

    manual: ManualEntry
    seq: int | None


def enter(books: Bookkeeping, drafts: Sequence[Draft]) -> list[SavedEntry]:
    """Save entries, and post them unless their total is above the limit. Raise ManualEntryError if any is refused.

    The subject of a draft may be any id of its entry, such as that of a balance transaction.
    """
    with committed(books.engine) as connection:
        lock_ledger(connection)
        return save_drafts(connection, books, [_with_subject(connection, draft) for draft in drafts])


def save_drafts(connection: Connection, books: Bookkeeping, drafts: Sequence[Draft]) -> list[SavedEntry]:
    """Save entries in the caller's transaction, which must hold the ledger's lock."""
    totals: Counter[str] = Counter()
    for draft in drafts:
        totals[draft.currency] += sum(max(amount_minor, 0) for _, amount_minor in draft.lines)
    entries = [
        _proposal(draft, books, needs_second_person=totals[draft.currency] > books.limit_minor(draft.currency))
        for draft in drafts
    ]
    _require_no_problem(connection, books, entries)
    store.insert_manual(connection, entries)
    ready = [manual for manual in entries if not manual.needs_second_person]
    numbers = _post(connection, books, [(manual, manual.proposed_by) for manual in ready])
    return [SavedEntry(manual, numbers.get(manual.id)) for manual in entries]


def approve(books: Bookkeeping, ids: Sequence[str], by: str) -> list[SavedEntry]:
    """Post entries that wait. Raise ManualEntryError, and post nothing, if one cannot be posted by this person."""
    name = clean_text(by, "the name of the person")
    with committed(books.engine) as connection:
        lock_ledger(connection)
        waiting = _waiting(connection, ids)
        for manual in waiting:
            if manual.needs_second_person and is_same_person(manual.proposed_by, name):
                raise ManualEntryError(f"{manual.proposed_by} proposed {manual.id}; another person must approve it")
        _require_not_reversed(connection, [manual.reverses for manual in waiting if manual.reverses is not None])
        _require_no_problem(connection, books, waiting)
        numbers = _post(connection, books, [(manual, name) for manual in waiting])
        return [SavedEntry(manual, numbers[manual.id]) for manual in waiting]


def refuse(books: Bookkeeping, manual_id: str, by: str, why: str) -> None:
    """Refuse an entry that waits, or withdraw it. It stays in the list. Raise ManualEntryError if it does not wait."""
    decision = ManualDecision(
        ManualOutcome.REFUSED, clean_text(by, "the name of the person"), books.now, clean_text(why, "the reason")
    )
    with committed(books.engine) as connection:
        lock_ledger(connection)
        (waiting,) = _waiting(connection, [manual_id])
        store.insert_decisions(connection, {waiting.id: decision})


def reverse(books: Bookkeeping, manual_id: str, by: str, why: str, day: date | None) -> SavedEntry:
    """Take a posted entry back with another entry. Raise ManualEntryError if it cannot be reversed."""
    with committed(books.engine) as connection:
        lock_ledger(connection)
        original = store.find_manual(connection, [manual_id]).get(manual_id)
        if original is None:
            raise ManualEntryError(
                f"{manual_id} is not an entry by a person; entries of posting rules follow Stripe and stay, "
                "so post an entry with `ledger reclassify` instead"
            )
        if original.reverses is not None:
            raise ManualEntryError(f"{manual_id} reverses {original.reverses}; post a new entry instead")
        if manual_id not in _posted_ids(connection, [manual_id]):
            raise ManualEntryError(f"{manual_id} was not posted, so there is nothing to reverse; see `ledger entries`")
        _require_not_reversed(connection, [manual_id])
        lines = [(account, -amount_minor) for account, amount_minor in original.lines]
        under = BookedUnder(original.site, original.campaign, original.fund)
        draft = Draft(ManualKind.REVERSE, original.currency, lines, by, why, day, original.subject_id, manual_id, under)
        if (day or books.today) < original.accounting_date:
            raise ManualEntryError(f"{manual_id} is of {original.accounting_date}; take that day or a later one")
        return save_drafts(connection, books, [draft])[0]


def books_state(connection: Connection, books: Bookkeeping) -> BooksState:
    """Return what entries are checked against. The caller must hold the ledger's lock."""
    return BooksState(
        chart=chart_of_accounts(connection),
        items={item.key: item for item in open_items(connection)},
        currencies=currencies_held(connection),
        closed_through=closed_through(connection),
        today=books.today,
    )


def _with_subject(connection: Connection, draft: Draft) -> Draft:
    """Return the draft with the object whose entry its subject names. An id without an entry stays as it is."""
    subjects = subjects_named(connection, draft.subject_id) if draft.subject_id else []
    return replace(draft, subject_id=subjects[0]) if len(subjects) == 1 else draft


def _proposal(draft: Draft, books: Bookkeeping, *, needs_second_person: bool) -> ManualEntry:
    return ManualEntry(
        id=new_id("men"),
        kind=draft.kind,
        currency=draft.currency,
        accounting_date=draft.day or books.today,
        why=clean_text(draft.why, "the reason"),
        lines=tuple(draft.lines),
        proposed_by=clean_text(draft.by, "the name of the person"),
        proposed_at=books.now,
        needs_second_person=needs_second_person,
        subject_id=draft.subject_id,
        reverses=draft.reverses,
        **draft.under.cleaned(),
    )


def _require_no_problem(connection: Connection, books: Bookkeeping, entries: Sequence[ManualEntry]) -> None:
    state = books_state(connection, books)
    found: list[str] = []
    for manual in entries:
        found += problems(manual, state)
        state = replace(state, items=_after(manual, state.items))
    if found:
        raise ManualEntryError("; ".join(dict.fromkeys(found)))


def _after(manual: ManualEntry, items: Mapping[ItemKey, OpenItem]) -> Mapping[ItemKey, OpenItem]:
    """Return the open items after an entry, so that two entries of one request do not clear the same item."""
    changed = {}
    for account, amount_minor in manual.lines:
        item = items.get((manual.subject_id, account, manual.currency))
        if item is not None:
            changed[item.key] = replace(item, amount_minor=item.amount_minor + amount_minor)
    return {**items, **changed} if changed else items


def _post(connection: Connection, books: Bookkeeping, approved: Sequence[tuple[ManualEntry, str]]) -> dict[str, int]:
    """Append the ledger entries of these entries, each with the name of who decided. Return their numbers by id."""
    first = last_seq(connection) + 1
    numbered = [
        NumberedEntry(seq, ledger_entry(manual), manual.accounting_date, books.now)
        for seq, (manual, _) in enumerate(approved, start=first)
    ]
    append_entries(connection, numbered)
    decisions = {manual.id: ManualDecision(ManualOutcome.POSTED, name, books.now) for manual, name in approved}
    store.insert_decisions(connection, decisions)
    return {manual.id: seq for seq, (manual, _) in enumerate(approved, start=first)}


def _waiting(connection: Connection, ids: Sequence[str]) -> list[ManualEntry]:
    """Return the entries with these ids, without repetition. Raise ManualEntryError if one does not wait."""
    found, decisions = store.find_manual(connection, ids), store.decisions_on(connection, ids)
    for manual_id in ids:
        if manual_id not in found:
            raise ManualEntryError(f"there is no entry {manual_id}; see `ledger entries --waiting`")
        decision = decisions.get(manual_id)
        if decision is not None:
            raise ManualEntryError(f"{manual_id} was {decision.outcome} by {decision.decided_by} already")
    return [found[manual_id] for manual_id in dict.fromkeys(ids)]


def _posted_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    decisions = store.decisions_on(connection, ids)
    return {id_ for id_, decision in decisions.items() if decision.outcome is ManualOutcome.POSTED}


def _require_not_reversed(connection: Connection, ids: Sequence[str]) -> None:
    for manual_id, reversal in store.posted_reversals(connection, ids).items():
        raise ManualEntryError(f"{manual_id} was reversed by {reversal} already; post a new entry instead")
