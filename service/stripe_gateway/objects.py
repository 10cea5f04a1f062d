"""The kinds of Stripe object that we fetch, and a reference to one object by kind and id."""

from dataclasses import dataclass
from enum import StrEnum


class ObjectType(StrEnum):
    """The kinds of Stripe object that we fetch.

    The values are our own names, stored in the inbox. `OBJECT_TYPE_BY_API_NAME` has the names that Stripe uses.
    """

    BALANCE_TRANSACTION = "balance_transaction"
    CHARGE = "charge"
    CHECKOUT_SESSION = "checkout_session"
    CUSTOMER = "customer"
    DISPUTE = "dispute"
    EARLY_FRAUD_WARNING = "early_fraud_warning"
    EVENT = "event"
    INVOICE = "invoice"
    INVOICE_PAYMENT = "invoice_payment"
    MANDATE = "mandate"
    PAYMENT_INTENT = "payment_intent"
    PAYOUT = "payout"
    REFUND = "refund"
    REVIEW = "review"
    SUBSCRIPTION = "subscription"


# Stripe names an object in its field `object`, and in the field `related_object.type` of a thin event.
OBJECT_TYPE_BY_API_NAME = {
    "balance_transaction": ObjectType.BALANCE_TRANSACTION,
    "charge": ObjectType.CHARGE,
    "checkout.session": ObjectType.CHECKOUT_SESSION,
    "customer": ObjectType.CUSTOMER,
    "dispute": ObjectType.DISPUTE,
    "charge.dispute": ObjectType.DISPUTE,
    "radar.early_fraud_warning": ObjectType.EARLY_FRAUD_WARNING,
    "invoice": ObjectType.INVOICE,
    "invoice_payment": ObjectType.INVOICE_PAYMENT,
    "mandate": ObjectType.MANDATE,
    "payment_intent": ObjectType.PAYMENT_INTENT,
    "payout": ObjectType.PAYOUT,
    "refund": ObjectType.REFUND,
    "review": ObjectType.REVIEW,
    "subscription": ObjectType.SUBSCRIPTION,
    "customer.subscription": ObjectType.SUBSCRIPTION,
}


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A reference to one Stripe object by kind and id."""

    type: ObjectType
    id: str

    @property
    def lock(self) -> str:
        """The name of the lock that a process takes before it changes this object.

        The id is enough, because Stripe's ids are unique across all kinds of object.
        """
        return self.id
