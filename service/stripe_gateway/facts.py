"""Facts: what we keep of each Stripe object at the pinned API version, limited to the fields that we use.

Amounts end in `_minor` with an upper-case currency, times in `_at` (aware UTC), dates in `_on`. Statuses and categories
stay text: Stripe adds some without a new version. Only fields `contributor_…` are personal; no fact table has them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from service.money import Interval


@dataclass(frozen=True, slots=True)
class ContributionMark:
    """The contribution that a Stripe object belongs to, read from our metadata on the object or on its subscription."""

    contribution_id: str
    site: str
    interval: Interval
    campaign: str | None = None
    variant: str | None = None
    page_id: str | None = None
    fund: str | None = None  # the code of a fund or budget that the campaign or the site named


@dataclass(frozen=True, slots=True)
class FeeDetail:
    """One component of a balance transaction's fee. `type` is Stripe's, such as `stripe_fee` or `tax`."""

    type: str
    amount_minor: int
    currency: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """One movement of the Stripe balance, in settlement currency. `net_minor` is `amount_minor` less `fee_minor`."""

    id: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    reporting_category: str
    type: str
    source_id: str | None
    status: str  # available, pending
    balance_type: str  # payments, or a separate balance such as risk_reserved
    created_at: datetime
    available_at: datetime
    fee_details: tuple[FeeDetail, ...] = ()
    exchange_rate: Decimal | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt to take money. `contribution` comes from the charge's metadata or from its invoice's subscription."""

    id: str
    status: str  # succeeded, pending, failed
    amount_minor: int
    amount_captured_minor: int
    amount_refunded_minor: int
    currency: str
    created_at: datetime
    is_livemode: bool
    is_paid: bool = False
    is_captured: bool = False
    is_refunded: bool = False
    is_disputed: bool = False
    balance_transaction_id: str | None = None
    failure_balance_transaction_id: str | None = None
    payment_intent_id: str | None = None
    customer_id: str | None = None
    invoice_id: str | None = None
    subscription_id: str | None = None
    contribution: ContributionMark | None = None
    failure_code: str | None = None
    outcome_type: str | None = None
    risk_level: str | None = None
    payment_method_type: str | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    card_country: str | None = None
    wallet: str | None = None
    presentment_amount_minor: int | None = None
    presentment_currency: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """A payment from start to end: it may take several charges until one of them succeeds."""

    id: str
    status: str
    amount_minor: int
    amount_received_minor: int
    currency: str
    created_at: datetime
    is_livemode: bool
    latest_charge_id: str | None = None
    customer_id: str | None = None
    contribution: ContributionMark | None = None
    cancellation_reason: str | None = None
    failure_code: str | None = None
    decline_code: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money sent back, in the charge's currency. The amount that left the balance is on the balance transaction."""

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount_minor: int
    currency: str
    created_at: datetime
    charge_id: str | None
    payment_intent_id: str | None = None
    balance_transaction_id: str | None = None
    failure_balance_transaction_id: str | None = None
    reason: str | None = None
    failure_reason: str | None = None
    pending_reason: str | None = None
    destination_reference: str | None = None
    requested_by: str | None = None
    presentment_amount_minor: int | None = None
    presentment_currency: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A contested charge, in the charge's currency. An inquiry (status `warning_*`) moves no money."""

    id: str
    status: str  # needs_response, under_review, won, lost, prevented, warning_closed, appeal_under_review ...
    amount_minor: int
    currency: str
    created_at: datetime
    charge_id: str
    is_livemode: bool
    payment_intent_id: str | None = None
    balance_transaction_ids: tuple[str, ...] = ()
    is_charge_refundable: bool = False
    reason: str | None = None
    case_type: str | None = None
    network_reason_code: str | None = None
    evidence_due_at: datetime | None = None
    has_evidence: bool = False
    submission_count: int = 0


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on its way to the bank. The amount is negative if Stripe debits the bank."""

    id: str
    status: str  # pending, in_transit, paid, failed, canceled
    amount_minor: int
    currency: str
    created_at: datetime
    arrival_on: date
    is_automatic: bool
    is_livemode: bool
    method: str = "standard"  # standard, instant
    reconciliation_status: str = "not_applicable"  # completed, in_progress, not_applicable
    balance_transaction_id: str | None = None
    failure_balance_transaction_id: str | None = None
    failure_code: str | None = None
    original_payout_id: str | None = None
    reversed_by_id: str | None = None
    trace_id: str | None = None
    trace_id_status: str | None = None
    statement_descriptor: str | None = None


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A Checkout Session: one use of Stripe's hosted payment page."""

    id: str
    mode: str  # payment, subscription
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    amount_total_minor: int
    currency: str
    created_at: datetime
    expires_at: datetime
    is_livemode: bool
    url: str | None = None
    contribution: ContributionMark | None = None
    customer_id: str | None = None
    payment_intent_id: str | None = None
    subscription_id: str | None = None
    recovered_from_id: str | None = None
    presentment_amount_minor: int | None = None
    presentment_currency: str | None = None
    contributor_email: str | None = None
    contributor_name: str | None = None
    contributor_country: str | None = None
    contributor_postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    """One price of a subscription, with its billing period, which Stripe keeps on the item."""

    id: str
    unit_amount_minor: int
    quantity: int
    currency: str
    interval: str  # day, week, month, year
    interval_count: int
    current_period_starts_at: datetime
    current_period_ends_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """A recurring contribution as Stripe keeps it."""

    id: str
    status: str  # incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid, paused
    items: tuple[SubscriptionItem, ...]
    customer_id: str
    created_at: datetime
    is_livemode: bool
    contribution: ContributionMark | None = None
    latest_invoice_id: str | None = None
    is_cancel_at_period_end: bool = False
    cancel_at: datetime | None = None
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    cancellation_reason: str | None = None
    cancellation_feedback: str | None = None
    pause_behavior: str | None = None
    pause_resumes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """Money allocated to an invoice. An invoice may have several such allocations."""

    id: str
    invoice_id: str
    status: str  # open, paid, canceled
    amount_paid_minor: int
    amount_requested_minor: int
    currency: str
    is_default: bool = False
    payment_intent_id: str | None = None
    charge_id: str | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """The bill for one period. It has no charge if the total is zero or if it was paid outside Stripe."""

    id: str
    status: str  # draft, open, paid, uncollectible, void
    total_minor: int
    amount_due_minor: int
    amount_paid_minor: int
    amount_remaining_minor: int
    currency: str
    created_at: datetime
    is_livemode: bool
    customer_id: str | None = None
    subscription_id: str | None = None
    contribution: ContributionMark | None = None
    billing_reason: str | None = None
    number: str | None = None
    attempt_count: int = 0
    next_payment_attempt_at: datetime | None = None
    paid_at: datetime | None = None
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    amount_paid_off_stripe_minor: int = 0
    hosted_invoice_url: str | None = None
    finalization_error: str | None = None  # Stripe's code, if a draft could not be finalised
    payments: tuple[InvoicePayment, ...] = ()
    billed_interval: Interval | None = None  # None if it bills no whole period


@dataclass(frozen=True, slots=True)
class Customer:
    """A contributor as a Stripe customer. If `is_deleted`, the contributor fields are empty."""

    id: str
    created_at: datetime | None
    is_livemode: bool
    is_deleted: bool = False
    contributor_email: str | None = None
    contributor_name: str | None = None
    contributor_country: str | None = None
    contributor_postal_code: str | None = None
