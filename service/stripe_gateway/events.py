"""Which object of Stripe's an event points at. An event is a hint: what happened is read from the object, fetched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class ObjectType(StrEnum):
    """The kinds of object we fetch. Values are ours; `_OBJECT_NAMES` has Stripe's."""

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


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One object at Stripe, by kind and id."""

    type: ObjectType
    id: str

    @property
    def lock(self) -> str:
        """What jobs on this object exclude each other by; ids are unique across kinds at Stripe."""
        return self.id


@dataclass(frozen=True, slots=True)
class EventEnvelope:
    """What we read of an event before its object is fetched. `object_ref` None: nothing of ours hangs on the event."""

    id: str
    type: str
    is_livemode: bool
    created_at: datetime | None
    api_version: str | None
    object_id: str | None
    object_ref: ObjectRef | None
    customer_id: str | None
    is_wake_up: bool

    @property
    def is_known(self) -> bool:
        return self.object_ref is not None or self.is_wake_up


class MalformedEventError(ValueError):
    """A body that is no event: not an object, or without an id or a type."""


_OBJECT_NAMES = {
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

# Event types we act on, by the kind of object they carry. Everything else is stored, counted and left alone.
_BY_FAMILY: dict[ObjectType, tuple[str, ...]] = {
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
# Sent at the very moment a charge or a dispute turns, which the object itself does not keep.
TURNING_EVENTS = frozenset({"charge.succeeded", "charge.failed", "charge.dispute.closed"})
OBJECT_TYPE_BY_EVENT = {name: kind for kind, names in _BY_FAMILY.items() for name in names}

# These carry no object of their own that we keep, but say that the balance moved: pull it.
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
# Known, kept and counted; what they tell is read elsewhere (the portal, the next invoice) or only by people.
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
UPCOMING_INVOICE = "invoice.upcoming"
SUBSCRIBED_EVENTS = frozenset(OBJECT_TYPE_BY_EVENT) | WAKE_UP_EVENTS | NOTED_EVENTS | {UPCOMING_INVOICE}
THIN_PREFIX = "v1."
_NAME = re.compile(r"[!-~]{1,255}")


def read_event(body: Any) -> EventEnvelope:
    """Read a snapshot event or a thin notification (`v2.core.event`). Raises MalformedEventError for anything else."""
    if not isinstance(body, Mapping):
        raise MalformedEventError("an event is an object")
    event_id, sent_type = _text(body.get("id")), _text(body.get("type"))
    if event_id is None or sent_type is None:
        raise MalformedEventError("an event has an id and a type")
    is_thin = body.get("object") == "v2.core.event"
    event_type = sent_type.removeprefix(THIN_PREFIX) if is_thin else sent_type
    carried = _mapping(body.get("related_object")) if is_thin else _mapping(_mapping(body.get("data")).get("object"))
    return EventEnvelope(
        id=event_id,
        type=event_type,
        is_livemode=body.get("livemode") is True,
        created_at=_event_time(body.get("created")),
        api_version=_text(body.get("api_version")),
        object_id=_text(carried.get("id")),
        object_ref=_object_ref(event_id, event_type, carried),
        customer_id=_text(carried.get("customer")),
        is_wake_up=event_type in WAKE_UP_EVENTS,
    )


def _object_ref(event_id: str, event_type: str, carried: Mapping[str, Any]) -> ObjectRef | None:
    if event_type == UPCOMING_INVOICE:
        # A preview without an id; the subscription behind it is what can be fetched.
        behind = _mapping(_mapping(carried.get("parent")).get("subscription_details"))
        subscription_id = _text(behind.get("subscription")) or _text(carried.get("subscription"))
        return ObjectRef(ObjectType.SUBSCRIPTION, subscription_id) if subscription_id else None
    expected = OBJECT_TYPE_BY_EVENT.get(event_type)
    object_id = _text(carried.get("id"))
    if expected is None:
        return None
    if object_id is None:
        return ObjectRef(ObjectType.EVENT, event_id)  # Stripe's own copy of the event may say more
    # `charge.refund.updated` carries a refund: the object's own name is believed where we know it.
    named = _OBJECT_NAMES.get(_text(carried.get("object")) or _text(carried.get("type")) or "", expected)
    return ObjectRef(named, object_id)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _event_time(value: Any) -> datetime | None:
    """Snapshot events say seconds since 1970, thin ones an ISO 8601 text; anything else is no time."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return None if value is None or isinstance(value, bool) else datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _text(value: Any) -> str | None:
    """An identifier or name of Stripe's: short, printable ASCII; anything else is none."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None
