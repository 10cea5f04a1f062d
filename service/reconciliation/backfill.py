"""Finding events that never reached us: Stripe keeps its own list for 30 days, and the inbox says what is missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from service.services import Services
from service.stripe_events import store
from service.stripe_events.inbox import DeliveryResult, keep

EVENT_LIST_DAYS = 30
PAGE = 100


@dataclass(frozen=True, slots=True)
class Backfilled:
    """How many events Stripe lists, and how many of them were missing here."""

    listed_count: int
    missing_count: int


def backfill(services: Services, since: datetime, until: datetime) -> Backfilled:
    """Keep every listed event of the period that the inbox lacks. Older ones only the balance still knows: `sync`."""
    listed, missing = 0, 0
    events = services.gateway.list_events(since, until)
    while page := list(islice(events, PAGE)):
        with services.engine.begin() as connection:
            known = store.known_ids(connection, [event.envelope.id for event in page])
        for event in page:
            if (
                event.envelope.id not in known
                and keep(services, event.envelope, event.body) is not DeliveryResult.REPEATED
            ):
                missing += 1
        listed += len(page)
    return Backfilled(listed, missing)


def longest_backfill(now: datetime) -> datetime:
    """The earliest moment Stripe's list still reaches."""
    return now - timedelta(days=EVENT_LIST_DAYS)
