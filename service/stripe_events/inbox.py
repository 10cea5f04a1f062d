"""Taking an event in: prove it is Stripe's, keep it, wake the work; nothing else happens while Stripe waits."""

import json
from dataclasses import replace
from enum import StrEnum

from service.database.transaction import committed, committed_at_once, driver_connection
from service.errors import MalformedRequestError
from service.services import Services
from service.stripe_events import store
from service.stripe_events.jobs import defer_pull, refresh_slot
from service.stripe_events.retention import seal_body
from service.stripe_events.store import EventStatus, NewEvent
from service.stripe_facts.forgotten_store import is_forgotten_customer
from service.stripe_gateway.events import EventEnvelope, MalformedEventError, read_event

MAX_BODY_BYTES = 1024 * 1024


class WebhookRefusedError(MalformedRequestError):
    """A delivery that is not a fresh, signed event of Stripe's."""

    code = "webhook_refused"


class DeliveryResult(StrEnum):
    """What became of a delivery; every one of them is a success to Stripe."""

    KEPT = "kept"
    REPEATED = "repeated"
    IGNORED = "ignored"


def receive(services: Services, raw: bytes, signature: str) -> tuple[EventEnvelope, DeliveryResult]:
    """Verify and keep one delivery. Raises WebhookRefusedError, or StoreUnavailableError when nothing was committed."""
    event = verified_event(services, raw, signature)
    return event, keep(services, event, raw)


def count_delivery(services: Services, event: EventEnvelope, receipt: DeliveryResult) -> None:
    """Count a delivery that was taken in; types we do not know are counted as one, since anybody's may be new."""
    services.metrics.webhooks.labels(type=event.type if event.is_known else "other", result=receipt.value).inc()


def verified_event(services: Services, raw: bytes, signature: str) -> EventEnvelope:
    """The event in a body that one of our secrets signed within the tolerance; raises WebhookRefusedError."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WebhookRefusedError("the body is not UTF-8") from error
    if not services.gateway.is_signed(text, signature, services.clock()):
        raise WebhookRefusedError("no live secret signed this body recently")
    try:
        return read_event(json.loads(text))
    except (ValueError, RecursionError, MalformedEventError) as error:
        raise WebhookRefusedError("the body is not an event") from error


def keep(services: Services, event: EventEnvelope, raw: bytes) -> DeliveryResult:
    """Commit an event once, with the job that will look at its object in the same transaction."""
    status, error = disposition(event, is_livemode=services.settings.is_livemode)
    sealed = seal_body(services.keys, raw)
    arrival = NewEvent(event, sealed, status, services.clock(), error)
    if status is EventStatus.IGNORED and event.customer_id is not None:
        is_new = _keep_unless_forgotten(services, arrival, event.customer_id)
    else:
        with committed_at_once(services.inbox) as connection:
            job = refresh_slot(services) if status is EventStatus.RECEIVED else None
            is_new = store.keep_event(connection, arrival, job)
    if not is_new:
        return DeliveryResult.REPEATED
    if status is EventStatus.DONE and event.is_wake_up:
        defer_pull(services)
    return DeliveryResult.IGNORED if status is EventStatus.IGNORED else DeliveryResult.KEPT


def _keep_unless_forgotten(services: Services, arrival: NewEvent, customer_id: str) -> bool:
    """Keep an event that nobody will look at, without its body where that may name someone who was forgotten."""
    with committed(services.engine) as connection:
        if is_forgotten_customer(connection, customer_id):
            arrival = replace(arrival, sealed_body=None)
        return store.keep_event(driver_connection(connection.connection), arrival, None)


def disposition(event: EventEnvelope, *, is_livemode: bool) -> tuple[EventStatus, str | None]:
    """What is to become of an event: worked on, done at once, or left alone."""
    if event.is_livemode != is_livemode:
        return EventStatus.IGNORED, "another mode"
    if event.object_ref is not None:
        return EventStatus.RECEIVED, None
    return (EventStatus.DONE if event.is_wake_up else EventStatus.IGNORED), None
