"""A contribution: one reader's decision to give, once or regularly."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.money import Interval, Money
from service.stripe_gateway.facts import ContributionMark


class ContributionState(StrEnum):
    """Where a contribution stands. The first group is common, the second belongs to one-off, the third to recurring."""

    ATTEMPTED = "attempted"
    PENDING = "pending"
    EXPIRED = "expired"
    FAILED = "failed"

    COMPLETE = "complete"
    REFUNDED = "refunded"

    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELING = "canceling"
    PAUSED = "paused"
    CANCELED = "canceled"


SUPPORTING_STATES = frozenset(
    {
        ContributionState.PENDING,
        ContributionState.COMPLETE,
        ContributionState.ACTIVE,
        ContributionState.PAST_DUE,
        ContributionState.CANCELING,
        ContributionState.PAUSED,
    }
)
LIVE_SUBSCRIPTION_STATES = frozenset(
    {
        ContributionState.ACTIVE,
        ContributionState.PAST_DUE,
        ContributionState.CANCELING,
        ContributionState.PAUSED,
    }
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A reader pressing the button: everything Stripe's session is made of, so that a repeat makes the same one.

    `key` stands for one prompt, amount and interval: while an attempt is open, a second click joins it.
    `is_counted`: part of its experiment's results. `reader_hash`: what stands for a signed-in reader in our tables.
    """

    mark: ContributionMark
    key: str
    amount: Money
    language: str
    return_url: str
    created_at: datetime
    expires_at: datetime
    placement: str | None = None
    covers_fee: bool = False
    is_anonymous: bool = False
    message: str | None = None
    is_counted: bool = False
    reader_hash: bytes | None = None
    checkout_session_id: str | None = None
    checkout_url: str | None = None

    @property
    def id(self) -> str:
        return self.mark.contribution_id


@dataclass(frozen=True, slots=True)
class Life:
    """What Stripe's facts make of a contribution. Amounts are in the contribution's own currency, minor units."""

    state: ContributionState
    paid_minor: int = 0
    refunded_minor: int = 0
    paid_count: int = 0
    dispute_status: str | None = None
    first_paid_at: datetime | None = None
    paid_until: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    customer_id: str | None = None
    subscription_id: str | None = None
    payment_intent_id: str | None = None
    recurring: Money | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """A contribution as stored: what was attempted and what became of it, without anything personal."""

    attempt: Attempt
    life: Life
    changed_at: datetime

    @property
    def id(self) -> str:
        return self.attempt.id

    @property
    def interval(self) -> Interval:
        return self.attempt.mark.interval
