"""Everything a fetch can return: facts about single objects, and findings that concern two objects."""

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
    """The balance transactions that a payout paid out, without the payout's own. Empty if Stripe cannot list them."""

    payout_id: str
    transactions: tuple[BalanceTransaction, ...]


def lists_transactions(payout: Payout) -> bool:
    """Return whether Stripe can list what a payout paid out, which it cannot for manual and instant payouts.

    https://docs.stripe.com/api/balance_transactions/list#balance_transaction_list-payout
    """
    return payout.is_automatic and payout.method != "instant"


@dataclass(frozen=True, slots=True)
class FraudWarning:
    """A bank's early warning that a charge is fraudulent. A refund now avoids a dispute."""

    id: str
    charge_id: str
    created_at: datetime
    is_actionable: bool


@dataclass(frozen=True, slots=True)
class LapsedMandate:
    """A debit mandate that is no longer valid, so the next debit for this subscription will fail."""

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
