"""What is stored about a contribution's past: the payments, refunds, disputes, mails and changes of a timeline."""

from dataclasses import dataclass
from datetime import datetime

from service.money import Interval, Money


@dataclass(frozen=True, slots=True)
class Payment:
    """An attempt to take money. `settled_at`: when a delayed payment reached its status, if that is known."""

    id: str
    status: str
    amount: Money
    created_at: datetime
    settled_at: datetime | None = None
    failure_code: str | None = None
    method: str | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    captured_minor: int = 0
    refunded_minor: int = 0
    is_disputed: bool = False
    fee: Money | None = None

    @property
    def left_minor(self) -> int:
        """What is left of the payment after refunds, in minor units."""
        return self.captured_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class PastRefund:
    """A refund. `settled_at`: when it reached its status, if that is known."""

    id: str
    status: str
    amount: Money
    created_at: datetime
    settled_at: datetime | None = None
    requested_by: str | None = None
    failure_reason: str | None = None


@dataclass(frozen=True, slots=True)
class PastDispute:
    """A dispute. `settled_at`: when it reached its status, if that is known."""

    id: str
    status: str
    amount: Money
    created_at: datetime
    settled_at: datetime | None = None
    reason: str | None = None
    evidence_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastSubscription:
    """What a subscription says of its end."""

    id: str
    created_at: datetime
    canceled_at: datetime | None = None
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    cancellation_reason: str | None = None
    cancellation_feedback: str | None = None


@dataclass(frozen=True, slots=True)
class PastMail:
    """A mail of the outbox: its kind, status, and when it was sent or is due."""

    key: str
    kind: str
    status: str
    at: datetime
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class PastLink:
    """A link to the portal that was mailed."""

    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContributionHistory:
    """Everything stored about the past of one contribution. Every tuple is sorted by time, oldest first."""

    started_at: datetime
    asked: Money
    interval: Interval
    campaign: str | None = None
    page_id: str | None = None
    checkout_expired_at: datetime | None = None
    forgotten_at: datetime | None = None
    payments: tuple[Payment, ...] = ()
    refunds: tuple[PastRefund, ...] = ()
    disputes: tuple[PastDispute, ...] = ()
    subscriptions: tuple[PastSubscription, ...] = ()
    mails: tuple[PastMail, ...] = ()
    links: tuple[PastLink, ...] = ()
