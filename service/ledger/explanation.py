"""Explaining a number: the objects, movements, entries and events behind one id."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from service.ledger.accounts import ACCOUNT_NAMES, Account
from service.money import major_text


@dataclass(frozen=True, slots=True)
class ExplainedObject:
    """A Stripe object as it is kept: its fields that are set, as text."""

    kind: str
    id: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExplainedPosting:
    account: Account
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """An entry with its place in the books."""

    seq: int
    key: str
    reason: str
    currency: str
    accounting_date: str
    effective_at: datetime
    causes: tuple[str, ...]
    postings: tuple[ExplainedPosting, ...]


@dataclass(frozen=True, slots=True)
class ExplainedEvent:
    id: str
    type: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that led to a number, and everything it led to."""

    objects: tuple[ExplainedObject, ...]
    entries: tuple[ExplainedEntry, ...]
    events: tuple[ExplainedEvent, ...]

    def __bool__(self) -> bool:
        return bool(self.objects or self.entries)


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """The explanation as text for a terminal."""
    for found in explanation.objects:
        yield f"{found.kind} {found.id}"
        yield "  " + ", ".join(f"{name} {value}" for name, value in found.fields)
    for entry in explanation.entries:
        yield f"entry {entry.seq} {entry.key}: {entry.reason}, on {entry.accounting_date}"
        for posting in entry.postings:
            side = "debit " if posting.amount_minor > 0 else "credit"
            amount = major_text(abs(posting.amount_minor), entry.currency)
            yield f"  {side} {amount:>14} {entry.currency}  {posting.account.value} {ACCOUNT_NAMES[posting.account]}"
        yield f"  from {', '.join(entry.causes)}"
    for event in explanation.events:
        yield f"event {event.id}: {event.type}, received {event.received_at:%Y-%m-%dT%H:%M:%SZ}"
