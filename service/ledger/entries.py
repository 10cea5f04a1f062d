"""Entries and postings: an entry is a balanced set of postings in one settlement currency, named by its cause.

Amounts are signed minor units: a debit is positive, a credit negative. Entries are never changed; a mistake is
corrected by another entry.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.errors import DomainError
from service.ledger.accounts import Account


class UnbalancedEntryError(DomainError):
    """The postings of an entry do not add up to zero."""

    code = "unbalanced_entry"


class EntryReason(StrEnum):
    """Which posting rule made an entry."""

    CHARGE = "charge"
    CHARGE_NOT_OURS = "charge_not_ours"
    CHARGE_IN_PROCESS = "charge_in_process"
    CHARGE_SUCCEEDED = "charge_succeeded"
    CHARGE_SUCCEEDED_NOT_OURS = "charge_succeeded_not_ours"
    CHARGE_FAILED = "charge_failed"
    CHARGE_MATCHED = "charge_matched"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_RETURNED = "dispute_returned"
    DISPUTE_CLOSED = "dispute_closed"
    FEE = "fee"
    PAYOUT = "payout"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_RETURNED = "payout_returned"
    RESERVE = "reserve"
    TOPUP = "topup"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: a debit if positive, a credit if negative."""

    account: Account
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced set of postings. `key` is `bt:<balance transaction>` or `ev:<object>:<change>` and unique.

    `dated_on` is set where Stripe gives a date instead of an instant; it then is the accounting date in every timezone.
    `causes` are the ids of every object the amounts were computed from.
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
    """What posting must remember of an entry already in the ledger: the rest follows from the facts."""

    seq: int
    key: str
    reason: EntryReason
    source_id: str
    causes: tuple[str, ...]


def merged(postings: Iterable[tuple[Account, int]]) -> tuple[Posting, ...]:
    """One posting per account, in the given order, without those that come to nothing."""
    totals: defaultdict[Account, int] = defaultdict(int)
    for account, amount_minor in postings:
        totals[account] += amount_minor
    return tuple(Posting(account, amount_minor) for account, amount_minor in totals.items() if amount_minor)
