"""Receive an event: verify that Stripe sent it, save it, and queue the work. All else happens after the answer."""

import json
from dataclasses import replace
from enum import StrEnum

from service.database.transaction import committed, driver_connection
from service.errors import MalformedRequestError
from service.services import Services
from service.stripe_events.erased_names import names_erased_person
from service.stripe_events.event_writer import EventWriter
from service.stripe_events.jobs import defer_pull
from service.stripe_events.retention import seal_body
from service.stripe_events.saving_store import NewEvent, save_events
from service.stripe_events.store import EventStatus
from service.stripe_facts.forgotten_store import is_forgotten_customer
from service.stripe_gateway.events import EventEnvelope, MalformedEventError, read_event

MAX_BODY_BYTES = 1024 * 1024


class WebhookRefusedError(MalformedRequestError):
    """The delivery is not a recently signed event from Stripe."""

    code = "webhook_refused"


class DeliveryResult(StrEnum):
    """The outcome of a delivery that was accepted. Stripe gets the answer 200 for each of them."""

    KEPT = "kept"
    REPEATED = "repeated"
    IGNORED = "ignored"


def receive(services: Services, raw: bytes, signature: str) -> tuple[EventEnvelope, DeliveryResult]:
    """Verify and save a delivery.

    Raise WebhookRefusedError if it is not a signed event, and StoreUnavailableError if nothing was committed.
    """
    event = verified_event(services, raw, signature)
    return event, save(services, event, raw)


def count_delivery(services: Services, event: EventEnvelope, result: DeliveryResult) -> None:
    """Count an accepted delivery. All types that we do not act on share one label, so that labels stay few."""
    services.metrics.webhooks.add(event.type if event.is_known else "other", result.value)


def verified_event(services: Services, raw: bytes, signature: str) -> EventEnvelope:
    """Return the event in a body signed with one of our secrets. Raise WebhookRefusedError for any other body."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WebhookRefusedError("the body is not UTF-8") from error
    if not services.gateway.is_signed(text, signature, services.clock()):
        raise WebhookRefusedError(
            "the Stripe-Signature header is missing, wrong, or more than 5 minutes off; check STRIPE_WEBHOOK_SECRETS"
        )
    try:
        return read_event(json.loads(text))
    except (ValueError, RecursionError, MalformedEventError) as error:
        raise WebhookRefusedError("the body is not an event: a JSON object with an id and a type") from error


def save(services: Services, event: EventEnvelope, raw: bytes) -> DeliveryResult:
    """Commit an event, once, together with the job that will refresh the object it is about."""
    status, error = initial_status(event, is_livemode=services.settings.is_livemode)
    sealed = seal_body(services.keys, raw)
    new_event = NewEvent(event, sealed, status, services.clock(), error)
    if status is EventStatus.RECEIVED:
        is_new = services.part(EventWriter).save(new_event)
    else:
        is_new = _save_without_work(services, new_event, raw)
    if not is_new:
        return DeliveryResult.REPEATED
    if status is EventStatus.DONE and event.is_wake_up:
        defer_pull(services)
    return DeliveryResult.IGNORED if status is EventStatus.IGNORED else DeliveryResult.KEPT


def _save_without_work(services: Services, new_event: NewEvent, raw: bytes) -> bool:
    """Save an event that gets no work, without its body if the body names an erased person.

    No later work would empty that body. Return False if the event is in the inbox already.
    """
    with committed(services.engine) as connection:
        named = (new_event.event.customer_id, new_event.event.object_id)
        is_forgotten = any(is_forgotten_customer(connection, object_id) for object_id in named if object_id)
        if is_forgotten or names_erased_person(connection, services.keys, raw):
            new_event = replace(new_event, sealed_body=None)
        return bool(save_events(driver_connection(connection.connection), [new_event], None))


def initial_status(event: EventEnvelope, *, is_livemode: bool) -> tuple[EventStatus, str | None]:
    """Return the status that a new event is saved with, and the reason if that needs one."""
    if event.account_id is not None:
        return EventStatus.IGNORED, f"sent by another Stripe account, {event.account_id}"
    if event.is_livemode != is_livemode:
        return EventStatus.IGNORED, "sent by the other mode (live or test) of the Stripe account"
    if event.object_ref is not None:
        return EventStatus.RECEIVED, None
    return (EventStatus.DONE if event.is_wake_up else EventStatus.IGNORED), None
