"""The values of a contribution: the attempt a reader started, and its lifecycle so far."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.money import Interval, Money
from service.stripe_gateway.facts import ContributionMark


class ContributionState(StrEnum):
    """The state of a contribution: first the states of every contribution, then of one-off, then of recurring ones."""

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


RUNNING_STATES = frozenset(
    {
        ContributionState.ACTIVE,
        ContributionState.PAST_DUE,
        ContributionState.CANCELING,
        ContributionState.PAUSED,
    }
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A reader's click on the contribute button, with everything that Stripe's session is made from.

    A retry therefore creates the same session. `key` identifies the prompt, amount and interval: while an attempt is
    open, a second click with its key joins it. `amount`: the amount to charge. `chosen_minor`: the amount without a
    covered fee, in minor units of the same currency; None if only Stripe knew the contribution. `is_counted`: part of
    its experiment's results. `reader_hash`: keyed hash of a signed-in reader's id.
    """

    mark: ContributionMark
    key: str
    amount: Money
    language: str
    return_url: str
    created_at: datetime
    expires_at: datetime
    chosen_minor: int | None = None
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
class Lifecycle:
    """The part of a contribution that follows from Stripe's facts.

    Amounts are in minor units of the contribution's own currency.
    """

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
    """A contribution as stored, without the personal columns: the attempt and its lifecycle."""

    attempt: Attempt
    lifecycle: Lifecycle
    changed_at: datetime

    @property
    def id(self) -> str:
        return self.attempt.id

    @property
    def interval(self) -> Interval:
        return self.attempt.mark.interval
