"""Looking at one object anew: fetch it, keep its facts, derive what follows, call its events done: all or nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from service.contributions.life_store import speaks_of_forgotten
from service.ledger.posting_store import post_in_batches
from service.services import Services
from service.stripe_events import store
from service.stripe_events.event_objects import ObjectRef
from service.stripe_events.record_store import Told, record
from service.stripe_events.store import InboxEvent

# After the first, second, third and fourth failure; the fifth is the last.
RETRY_GAPS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
MAX_ATTEMPTS = len(RETRY_GAPS) + 1
SWEEP_SIZE = 100
# While one waits for Stripe the other can work.
SWEEP_THREADS = 2

log = structlog.get_logger()


class Outcome(StrEnum):
    """What looking at an object did."""

    REFRESHED = "refreshed"
    NOTHING_DUE = "nothing_due"
    BUSY = "busy"
    FAILED = "failed"


def refresh_object(services: Services, ref: ObjectRef) -> Outcome:
    """Work off every due event of one object in one transaction; posting what it brought is the caller's.

    A failure is counted on each of the events and retried.

    The object stays locked until a failure is counted, so that nobody tries again in between.
    """
    now = services.clock()
    with services.engine.begin() as connection:
        if not store.lock_object(connection, ref):
            return Outcome.BUSY
        events = store.due_events(connection, ref, now)
        if not events:
            return Outcome.NOTHING_DUE
        try:
            with connection.begin_nested():
                facts = services.gateway.fetch(ref)
                record(connection, facts, now, Told(ref.id, _told_at(events)))
                store.finish_events(connection, [event.id for event in events], now)
                if speaks_of_forgotten(connection, facts):
                    store.scrub_bodies(connection, [event.id for event in events])
        except Exception as error:  # whatever is wrong with one object must not stop the others
            log.warning("object_refresh_failed", object_type=ref.type, exc_info=error)
            for event in events:
                store.fail_event(connection, event.id, _reason(error), next_attempt(event.attempt_count + 1, now))
            return Outcome.FAILED
    return Outcome.REFRESHED


def fetch_and_record(services: Services, ref: ObjectRef) -> None:
    """Look at an object that no event named; raises what fetching it raises."""
    now = services.clock()
    with services.engine.begin() as connection:
        record(connection, services.gateway.fetch(ref), now)


def post(services: Services) -> None:
    """Post what recorded facts have queued for the ledger; what a crash leaves queued, the next posting finds."""
    report = post_in_batches(services.engine, services.settings.accounting_zone, services.clock())
    if report.unclassified:
        log.error("movements_in_suspense", count=report.unclassified)


def sweep(services: Services, limit: int = SWEEP_SIZE) -> int:
    """Work off objects whose events are due, two at a time, then post; how many were looked at."""
    with services.engine.begin() as connection:
        refs = store.due_objects(connection, services.clock(), limit)
    with ThreadPoolExecutor(SWEEP_THREADS) as pool:
        outcomes = list(pool.map(lambda ref: refresh_object(services, ref), refs))
    worked = sum(outcome is not Outcome.BUSY for outcome in outcomes)
    post(services)
    return worked


def _told_at(events: Sequence[InboxEvent]) -> datetime | None:
    return max((event.created_at for event in events if event.created_at is not None), default=None)


def next_attempt(attempts_made: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    return now + RETRY_GAPS[attempts_made - 1] if attempts_made < MAX_ATTEMPTS else None


def _reason(error: Exception) -> str:
    """An error for people; only our own texts are kept, as any other may quote personal data."""
    text = str(error) if type(error).__module__.startswith("service.") else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
