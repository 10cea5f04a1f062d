"""Read Stripe's events: which object an event is about. What changed is read from the object itself, once fetched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.stripe_gateway.event_types import OBJECT_TYPE_BY_EVENT, UPCOMING_INVOICE, WAKE_UP_EVENTS
from service.stripe_gateway.objects import OBJECT_TYPE_BY_API_NAME, ObjectRef, ObjectType

THIN_PREFIX = "v1."
_IDENTIFIER = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class EventEnvelope:
    """What we read of an event before its object is fetched.

    `object_ref` is None if there is nothing to fetch for an event of this type. `object_id` is the id that the event
    carries, whether or not we fetch the object. `account_id` is the other Stripe account that the event happened on: an
    event of our own account names none. `is_wake_up` is true if the event announces a change of the balance.
    """

    id: str
    type: str
    is_livemode: bool
    created_at: datetime | None
    api_version: str | None
    object_id: str | None
    object_ref: ObjectRef | None
    account_id: str | None
    customer_id: str | None
    is_wake_up: bool

    @property
    def is_known(self) -> bool:
        """Whether we act on events of this type."""
        return self.object_ref is not None or self.is_wake_up


class MalformedEventError(ValueError):
    """The body is not an event: it is not a JSON object, or it lacks an id or a type."""


def read_event(body: Any) -> EventEnvelope:
    """Read a snapshot event or a thin event (`v2.core.event`). Raise MalformedEventError for anything else."""
    if not isinstance(body, Mapping):
        raise MalformedEventError("an event must be a JSON object")
    event_id, sent_type = _identifier(body.get("id")), _identifier(body.get("type"))
    if event_id is None or sent_type is None:
        raise MalformedEventError("an event must have an id and a type")
    is_thin = body.get("object") == "v2.core.event"
    event_type = sent_type.removeprefix(THIN_PREFIX) if is_thin else sent_type
    carried = _mapping(body.get("related_object")) if is_thin else _mapping(_mapping(body.get("data")).get("object"))
    return EventEnvelope(
        id=event_id,
        type=event_type,
        is_livemode=body.get("livemode") is True,
        created_at=_event_time(body.get("created")),
        api_version=_identifier(body.get("api_version")),
        object_id=_identifier(carried.get("id")),
        object_ref=_object_ref(event_id, event_type, carried),
        account_id=_account_id(body),
        customer_id=_identifier(carried.get("customer")),
        is_wake_up=event_type in WAKE_UP_EVENTS,
    )


def _object_ref(event_id: str, event_type: str, carried: Mapping[str, Any]) -> ObjectRef | None:
    """Return the object to fetch for this event, or None if we do not act on events of this type."""
    if event_type == UPCOMING_INVOICE:
        parent = _mapping(_mapping(carried.get("parent")).get("subscription_details"))
        subscription_id = _identifier(parent.get("subscription")) or _identifier(carried.get("subscription"))
        return ObjectRef(ObjectType.SUBSCRIPTION, subscription_id) if subscription_id else None
    expected = OBJECT_TYPE_BY_EVENT.get(event_type)
    object_id = _identifier(carried.get("id"))
    if expected is None:
        return None
    if object_id is None:
        return ObjectRef(ObjectType.EVENT, event_id)  # Stripe's own copy of the event may name the object
    # `charge.refund.updated` carries a refund and not a charge, so the name on the object counts if we know it.
    api_name = _identifier(carried.get("object")) or _identifier(carried.get("type")) or ""
    return ObjectRef(OBJECT_TYPE_BY_API_NAME.get(api_name, expected), object_id)


def _account_id(body: Mapping[str, Any]) -> str | None:
    """Return the connected account of an event (https://docs.stripe.com/connect/webhooks), or None for our own account.

    A thin event names the account in its context.
    """
    return _identifier(body.get("account")) or _identifier(body.get("context"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _event_time(value: Any) -> datetime | None:
    """Read a time in seconds since 1970 (snapshot event) or ISO 8601 (thin event). Return None if it is unreadable."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return None if value is None or isinstance(value, bool) else datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _identifier(value: Any) -> str | None:
    """Return a value if it is 1 to 255 printable ASCII characters, as ids and names at Stripe are, otherwise None."""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None
