"""Entries and postings: an entry is a balanced set of postings in one settlement currency, keyed by its cause.

Amounts are signed minor units: a debit is positive, a credit negative. Entries are never changed; a mistake is
corrected by another entry.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.errors import DomainError


class UnbalancedEntryError(DomainError):
    """The postings of an entry do not add up to zero."""

    code = "unbalanced_entry"


class EntryReason(StrEnum):
    """Why an entry was posted. The rules are those of docs/money.md."""

    CHARGE = "charge"  # rule 1
    CHARGE_NOT_OURS = "charge_not_ours"  # rule 18
    CHARGE_IN_PROCESS = "charge_in_process"  # rule 2a
    CHARGE_SUCCEEDED = "charge_succeeded"  # rule 2b
    CHARGE_SUCCEEDED_NOT_OURS = "charge_succeeded_not_ours"  # rules 2b and 18
    CHARGE_FAILED = "charge_failed"  # rule 2c
    CHARGE_MATCHED = "charge_matched"  # rule 18
    REFUND = "refund"  # rule 4
    REFUND_FAILED = "refund_failed"  # rule 6
    DISPUTE_WITHDRAWN = "dispute_withdrawn"  # rule 7
    DISPUTE_RETURNED = "dispute_returned"  # rule 8
    DISPUTE_CLOSED = "dispute_closed"  # rules 9 and 10
    FEE = "fee"  # rule 11
    PAYOUT = "payout"  # rules 12 and 15
    PAYOUT_PAID = "payout_paid"  # rules 13 and 15
    PAYOUT_RETURNED = "payout_returned"  # rule 14
    RESERVE = "reserve"  # rule 16
    TOPUP = "topup"  # rule 17
    UNCLASSIFIED = "unclassified"  # rule 19
    STANDING_RULE = "standing_rule"  # rule 21
    RECLASSIFIED = "reclassified"  # rule 22
    WRITTEN_OFF = "written_off"  # rule 22
    SETTLED = "settled"  # rule 22
    ENTERED = "entered"  # rule 22
    REVERSED = "reversed"  # rule 22


@dataclass(frozen=True, slots=True)
class Posting:
    """A line of an entry: a debit if positive, a credit if negative. `account` is a code of the chart of accounts."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced set of postings. Raise UnbalancedEntryError if they do not add up to zero.

    `key` is unique: `bt:<balance transaction>`, `ev:<object>:<change>` or `man:<manual entry>`. `dated_on` is set if
    Stripe or a person gives a date instead of an instant; that date is the accounting date in every timezone. `causes`
    are the ids of every object that the amounts were computed from.
    """

    key: str
    reason: EntryReason
    source_type: str
    source_id: str
    currency: str
    effective_at: datetime
    postings: tuple[Posting, ...]
    causes: tuple[str, ...]
    balance_transaction_id: str | None = None
    dated_on: date | None = None

    def __post_init__(self) -> None:
        total = sum(posting.amount_minor for posting in self.postings)
        if total:
            raise UnbalancedEntryError(f"{self.key} is off by {total} {self.currency}")


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """What posting has to know of an entry in the ledger. Everything else follows from the facts."""

    seq: int
    key: str
    reason: EntryReason
    source_id: str
    causes: tuple[str, ...]


def merge_postings(postings: Iterable[tuple[str, int]]) -> tuple[Posting, ...]:
    """Return one posting for each account, in the given order, without accounts whose amounts cancel out."""
    totals: defaultdict[str, int] = defaultdict(int)
    for account, amount_minor in postings:
        totals[account] += amount_minor
    return tuple(Posting(account, amount_minor) for account, amount_minor in totals.items() if amount_minor)
