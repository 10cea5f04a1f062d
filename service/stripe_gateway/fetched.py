"""What a fetch brings: facts, and what else is learned on the way."""

from dataclasses import dataclass
from datetime import datetime

from service.stripe_gateway.facts import (
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


@dataclass(frozen=True, slots=True)
class LapsedMandate:
    """A debit mandate that is in force no more: the next debit of this subscription will fail."""

    id: str
    subscription_id: str


Fact = (
    BalanceTransaction
    | Charge
    | CheckoutSession
    | Customer
    | Dispute
    | FraudWarning
    | Invoice
    | InvoicePayment
    | LapsedMandate
    | PaymentIntent
    | Payout
    | PayoutMembers
    | Refund
    | Subscription
)
