"""What a fetch brings: facts, and what else is learned on the way."""

from dataclasses import dataclass
from datetime import datetime

from service.stripe_events.facts import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Customer,
    Dispute,
    Invoice,
    InvoicePayment,
    PaymentIntent,
    Payout,
    Refund,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class PayoutMembers:
    """The balance transactions an automatic payout carried, without the payout's own."""

    payout_id: str
    transactions: tuple[BalanceTransaction, ...]


@dataclass(frozen=True, slots=True)
class FraudWarning:
    """A bank's early word that a charge is fraud: refunding it now avoids a dispute."""

    id: str
    charge_id: str
    created_at: datetime
    is_actionable: bool


Fact = (
    BalanceTransaction
    | Charge
    | CheckoutSession
    | Customer
    | Dispute
    | FraudWarning
    | Invoice
    | InvoicePayment
    | PaymentIntent
    | Payout
    | PayoutMembers
    | Refund
    | Subscription
)
