"""The facts about one contribution, limited to the fields that decide its state."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SessionState:
    """`changed_at`: when its delayed payment failed, if an event said so."""

    id: str
    status: str
    payment_status: str
    customer_id: str | None
    payment_intent_id: str | None
    subscription_id: str | None
    created_at: datetime
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IntentState:
    """`changed_at`: when it reached its status, if that is known and later than its creation."""

    id: str
    status: str
    customer_id: str | None = None
    failure_code: str | None = None
    changed_at: datetime | None = None

    @property
    def needs_contributor(self) -> bool:
        """Whether the bank requires the contributor to confirm the payment.

        The bank declines a renewal with `authentication_required` if the contributor is not there to confirm it.
        """
        if self.status == "requires_payment_method":
            return self.failure_code == "authentication_required"
        return self.status == "requires_action"


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    id: str
    status: str
    customer_id: str | None
    amount_minor: int
    currency: str | None
    current_period_ends_at: datetime | None
    is_cancel_at_period_end: bool = False
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    cancellation_reason: str | None = None
    pause_behavior: str | None = None
    canceled_at: datetime | None = None
    price_interval: str | None = None


@dataclass(frozen=True, slots=True)
class ChargeState:
    """`changed_at`: when it reached its status, if that is known and later than its creation."""

    id: str
    status: str
    is_captured: bool
    amount_captured_minor: int
    currency: str
    created_at: datetime
    customer_id: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundState:
    """`changed_at`: when it reached its status, if that is known and later than its creation."""

    id: str
    charge_id: str | None
    status: str
    amount_minor: int
    created_at: datetime
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DisputeState:
    id: str
    charge_id: str
    status: str
    amount_minor: int
    created_at: datetime
    is_charge_refundable: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceState:
    id: str
    status: str
    billing_reason: str | None
    attempt_count: int
    created_at: datetime
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class ContributionFacts:
    """All facts about one contribution. Every tuple is sorted by creation time, oldest first."""

    sessions: tuple[SessionState, ...] = ()
    intents: tuple[IntentState, ...] = ()
    subscriptions: tuple[SubscriptionState, ...] = ()
    charges: tuple[ChargeState, ...] = ()
    refunds: tuple[RefundState, ...] = ()
    disputes: tuple[DisputeState, ...] = ()
    invoices: tuple[InvoiceState, ...] = ()
