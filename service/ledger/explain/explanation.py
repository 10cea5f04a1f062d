"""An explanation of a number: the objects, balance transactions, entries and events behind an id."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from service.money import major_text


@dataclass(frozen=True, slots=True)
class ExplainedObject:
    """A Stripe object: the fields that are set, as text."""

    kind: str
    id: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExplainedPosting:
    """A line of an entry: a debit if positive, a credit if negative."""

    account: str
    account_name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """An entry with its number, accounting date, causes and lines."""

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
    """A Stripe event that reported one of the objects."""

    id: str
    type: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerExplanation:
    """Everything behind an id; false if neither objects nor entries were found."""

    objects: tuple[ExplainedObject, ...]
    entries: tuple[ExplainedEntry, ...]
    events: tuple[ExplainedEvent, ...]

    def __bool__(self) -> bool:
        return bool(self.objects or self.entries)


def explanation_lines(explanation: LedgerExplanation) -> Iterator[str]:
    """Yield the explanation as lines of text for a terminal."""
    for shown in explanation.objects:
        yield f"{shown.kind} {shown.id}"
        yield "  " + ", ".join(f"{name} {value}" for name, value in shown.fields)
    for entry in explanation.entries:
        yield f"entry {entry.seq} {entry.key}: {entry.reason}, on {entry.accounting_date}"
        for posting in entry.postings:
            side = "debit " if posting.amount_minor > 0 else "credit"
            amount = major_text(abs(posting.amount_minor), entry.currency)
            yield f"  {side} {amount:>14} {entry.currency}  {posting.account} {posting.account_name}"
        yield f"  from {', '.join(entry.causes)}"
    for event in explanation.events:
        yield f"event {event.id}: {event.type}, received {event.received_at:%Y-%m-%dT%H:%M:%SZ}"
