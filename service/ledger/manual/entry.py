"""An entry by a person: who proposed it, why, on which day and accounts, and the ledger entry that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from service.ledger.entries import Entry, EntryReason, merge_postings
from service.ledger.store import MANUAL_ENTRY

Lines = tuple[tuple[str, int], ...]  # an account's code and signed minor units, a debit positive


class ManualKind(StrEnum):
    """What a person does with an entry."""

    RECLASSIFY = "reclassify"
    WRITE_OFF = "write_off"
    SETTLE = "settle"
    ENTER = "enter"
    REVERSE = "reverse"


class ManualOutcome(StrEnum):
    """What became of a proposed entry. An entry without an outcome waits for a second person."""

    POSTED = "posted"
    REFUSED = "refused"


REASONS: Mapping[ManualKind, EntryReason] = {
    ManualKind.RECLASSIFY: EntryReason.RECLASSIFIED,
    ManualKind.WRITE_OFF: EntryReason.WRITTEN_OFF,
    ManualKind.SETTLE: EntryReason.SETTLED,
    ManualKind.ENTER: EntryReason.ENTERED,
    ManualKind.REVERSE: EntryReason.REVERSED,
}


@dataclass(frozen=True, slots=True)
class ManualEntry:
    """An entry as a person proposed it. It is never changed.

    `subject_id` is the Stripe object whose open item the entry clears. `reverses` is the id of the manual entry that
    this one takes back. `needs_second_person` was decided by the amount when the entry was proposed.
    `site`, `campaign` and `fund` are what the entry is booked under, if that differs from the object's contribution.
    """

    id: str
    kind: ManualKind
    currency: str
    accounting_date: date
    why: str
    lines: Lines
    proposed_by: str
    proposed_at: datetime
    needs_second_person: bool
    subject_id: str | None = None
    reverses: str | None = None
    site: str | None = None
    campaign: str | None = None
    fund: str | None = None

    @property
    def amount_minor(self) -> int:
        """The sum of the debits."""
        return sum(amount_minor for _, amount_minor in self.lines if amount_minor > 0)


@dataclass(frozen=True, slots=True)
class ManualDecision:
    """Who posted or refused a proposed entry, and when."""

    outcome: ManualOutcome
    decided_by: str
    decided_at: datetime
    why: str | None = None


def ledger_entry(manual: ManualEntry) -> Entry:
    """Return the ledger entry of a manual entry. The key lets an entry be reversed only once.

    A person gives a day and no instant, so that day is the accounting date in every timezone.
    """
    found = (manual.id, manual.reverses, manual.subject_id)
    return Entry(
        key=f"man:{manual.reverses}:reversed" if manual.reverses else f"man:{manual.id}",
        reason=REASONS[manual.kind],
        source_type=MANUAL_ENTRY,
        source_id=manual.id,
        currency=manual.currency,
        effective_at=datetime.combine(manual.accounting_date, time.min, UTC),
        dated_on=manual.accounting_date,
        postings=merge_postings(manual.lines),
        causes=tuple(id_ for id_ in found if id_ is not None),
    )
