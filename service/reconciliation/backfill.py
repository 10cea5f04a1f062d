"""Find events that never reached us: compare the list that Stripe keeps for 30 days with the inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from service.database.transaction import committed
from service.services import Services
from service.stripe_events import store
from service.stripe_events.inbox import DeliveryResult, save

EVENT_LIST_DAYS = 30
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Backfilled:
    """How many events Stripe lists, and how many of them were missing from the inbox."""

    listed_count: int
    missing_count: int


def backfill(services: Services, since: datetime, until: datetime) -> Backfilled:
    """Save every event that Stripe lists from `since` to before `until` and that the inbox lacks.

    The list reaches back 30 days. What older events announced is found by `sync`, which reads the balance.
    """
    listed, missing = 0, 0
    events = services.gateway.list_events(since, until)
    while page := list(islice(events, PAGE_SIZE)):
        with committed(services.engine) as connection:
            known = store.known_ids(connection, [event.envelope.id for event in page])
        results = [save(services, event.envelope, event.body) for event in page if event.envelope.id not in known]
        missing += sum(result is not DeliveryResult.REPEATED for result in results)
        listed += len(page)
    return Backfilled(listed, missing)


def earliest_listed(now: datetime) -> datetime:
    """Return the creation time of the oldest events that Stripe still lists."""
    return now - timedelta(days=EVENT_LIST_DAYS)
