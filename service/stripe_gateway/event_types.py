"""The types of Stripe event that we know, and the kind of object that we fetch for each type.

To act on another type of event:

1. Add the type to `_TYPES_BY_OBJECT`, under the kind of object that the event carries. The inbox then accepts events of
   this type, and the worker fetches the object, saves its facts and derives contributions and ledger entries from them.
2. Add the type to the table in docs/contributions.md. `doctor` asks the operator to send it to the webhook endpoint.

If no type on the list carries that kind of object yet:

3. Add the kind to `ObjectType` and `OBJECT_TYPE_BY_API_NAME` in objects.py, and to `ObjectFetcher` in fetching.py.
4. Add its fact to facts.py and, if the fact is to be stored, its table to service/stripe_facts. Then decide in
   service/reconciliation/consequences.py how the fact is saved.
"""

from service.stripe_gateway.objects import ObjectType

# The types we act on. An event of any other type is saved and counted, and nothing else happens.
_TYPES_BY_OBJECT: dict[ObjectType, tuple[str, ...]] = {
    ObjectType.CHECKOUT_SESSION: (
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    ),
    ObjectType.PAYMENT_INTENT: (
        "payment_intent.succeeded",
        "payment_intent.processing",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.requires_action",
        "payment_intent.amount_capturable_updated",
        "payment_intent.partially_funded",
    ),
    ObjectType.CHARGE: (
        "charge.succeeded",
        "charge.pending",
        "charge.failed",
        "charge.updated",
        "charge.captured",
        "charge.expired",
        "charge.refunded",
    ),
    ObjectType.REFUND: ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"),
    ObjectType.DISPUTE: (
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ),
    ObjectType.EARLY_FRAUD_WARNING: ("radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"),
    ObjectType.REVIEW: ("review.opened", "review.closed"),
    ObjectType.SUBSCRIPTION: (
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.pending_update_applied",
        "customer.subscription.pending_update_expired",
    ),
    ObjectType.INVOICE: (
        "invoice.created",
        "invoice.finalized",
        "invoice.updated",
        "invoice.finalization_failed",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice.payment_action_required",
        "invoice.payment_attempt_required",
        "invoice.voided",
        "invoice.marked_uncollectible",
        "invoice.overpaid",
        "invoice.overdue",
    ),
    ObjectType.INVOICE_PAYMENT: ("invoice_payment.paid",),
    ObjectType.MANDATE: ("mandate.updated",),
    ObjectType.CUSTOMER: ("customer.updated", "customer.deleted"),
    ObjectType.PAYOUT: (
        "payout.created",
        "payout.updated",
        "payout.paid",
        "payout.failed",
        "payout.canceled",
        "payout.reconciliation_completed",
    ),
}
OBJECT_TYPE_BY_EVENT = {name: kind for kind, names in _TYPES_BY_OBJECT.items() for name in names}
# A preview of the next invoice. It has no id, so the subscription that it names is fetched instead.
UPCOMING_INVOICE = "invoice.upcoming"

# Stripe creates these at the moment an object reaches its outcome. The object itself does not say when.
OUTCOME_EVENTS = frozenset(
    {
        "charge.succeeded",
        "charge.failed",
        "charge.dispute.closed",
        "charge.refund.updated",
        "checkout.session.async_payment_failed",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "refund.updated",
        "refund.failed",
    }
)

# These carry no object that we keep, but they announce a change of the balance, so the balance is pulled.
WAKE_UP_EVENTS = frozenset(
    {
        "balance.available",
        "balance_settings.updated",
        "reserve.hold.created",
        "reserve.hold.updated",
        "reserve.release.created",
        "topup.canceled",
        "topup.created",
        "topup.failed",
        "topup.reversed",
        "topup.succeeded",
    }
)
# Saved and counted. What changed is read elsewhere, such as on the next invoice, or matters only to people.
NOTED_EVENTS = frozenset(
    {
        "account.updated",
        "billing_portal.configuration.updated",
        "credit_note.created",
        "credit_note.voided",
        "payment_method.attached",
        "payment_method.automatically_updated",
        "payment_method.detached",
        "payment_method.updated",
        "setup_intent.setup_failed",
        "setup_intent.succeeded",
    }
)
# The types that the webhook endpoint at Stripe should send.
SUBSCRIBED_EVENTS = frozenset(OBJECT_TYPE_BY_EVENT) | WAKE_UP_EVENTS | NOTED_EVENTS | {UPCOMING_INVOICE}
