"""Refreshes Stripe objects: fetches them, saves the result, counts failures for a retry, and posts to the ledger."""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from service.contributions.mail.sending import send_due_mail
from service.database.engine import database_address
from service.jobs import work
from service.ledger.posting_store import post_in_batches
from service.reconciliation.consequences_store import record
from service.reconciliation.refresh_store import Refresh, held_objects, save_refreshes
from service.services import Services
from service.stripe_events import store
from service.stripe_events.store import InboxEvent
from service.stripe_gateway.objects import ObjectRef

# After the first, second, third and fourth failure; the fifth is the last.
RETRY_GAPS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
MAX_ATTEMPTS = len(RETRY_GAPS) + 1
MAX_DRAIN_ROUNDS = 1000
SWEEP_SIZE = 200
# Objects of one transaction. Contributions that their facts share are then looked up only once.
BATCH_SIZE = 25
# While one batch is fetched the other is kept. Stripe answers in a tenth of a second or more, and a hundred reads a
# second are allowed (https://docs.stripe.com/rate-limits).
SWEEP_THREADS = 2
FETCH_THREADS = 6

log = structlog.get_logger()


def refresh_objects(services: Services, refs: Sequence[ObjectRef], fetchers: Executor) -> int:
    """Refresh these objects and finish their due events in one transaction; return how many objects were locked.

    Objects that another process holds are skipped. A failure is counted on the object's events, which are retried, and
    delays no other object. The objects stay locked until the result is saved; no transaction is open while Stripe
    answers. The caller posts the new facts.
    """
    now = services.clock()
    with held_objects(services.engine, refs) as (connection, held):
        with connection.begin():
            due = store.due_events(connection, held, now) if held else {}
        refreshes = list(fetchers.map(lambda ref: _fetched(services, ref, due[ref]), due))
        good = [refresh for refresh in refreshes if refresh.error is None]
        failed = [refresh for refresh in refreshes if refresh.error is not None]
        with connection.begin():
            for refresh in failed + save_refreshes(connection, good, now):
                log.warning("object_refresh_failed", object_type=refresh.ref.type, exc_info=refresh.error)
                for event in refresh.events:
                    next_attempt_at = None if refresh.is_hopeless else next_attempt(event.attempt_count + 1, now)
                    store.fail_event(connection, event.id, _reason(refresh.error), next_attempt_at)
    return len(held)


def _fetched(services: Services, ref: ObjectRef, events: tuple[InboxEvent, ...]) -> Refresh:
    try:
        return Refresh(ref, events, services.gateway.fetch(ref))
    except Exception as error:  # an error of one object must not stop the others
        return Refresh(ref, events, error=error)


def fetch_and_record(services: Services, ref: ObjectRef) -> None:
    """Refresh an object that no event named; raises the errors of the fetch."""
    now = services.clock()
    facts = services.gateway.fetch(ref)
    with services.engine.begin() as connection:
        record(connection, facts, now)


def post(services: Services) -> None:
    """Post what recorded facts have queued for the ledger; what a crash leaves queued, the next posting finds."""
    report = post_in_batches(services.engine, services.settings.accounting_zone, services.clock())
    if report.unclassified:
        log.error("movements_in_suspense", count=report.unclassified)


def sweep(services: Services, limit: int = SWEEP_SIZE) -> int:
    """Refresh the objects whose events are due, then post; return how many were refreshed."""
    with services.engine.begin() as connection:
        refs = store.due_objects(connection, services.clock(), limit)
    batches = [refs[start : start + BATCH_SIZE] for start in range(0, len(refs), BATCH_SIZE)]
    with ThreadPoolExecutor(FETCH_THREADS) as fetchers, ThreadPoolExecutor(SWEEP_THREADS) as sweepers:
        worked = sum(sweepers.map(lambda batch: refresh_objects(services, batch, fetchers), batches))
    post(services)
    return worked


def drain(services: Services) -> None:
    """Work until no job, event or mail is due; an object that another process holds is left to that process.

    Events are swept as well as jobs run, because a job may have been lost and a retry is due without a job.
    """
    address = database_address(services.settings)
    for _ in range(MAX_DRAIN_ROUNDS):
        work(services, address, until_idle=True)
        if sweep(services) + send_due_mail(services) == 0:
            return


def next_attempt(attempts_made: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    return now + RETRY_GAPS[attempts_made - 1] if attempts_made < MAX_ATTEMPTS else None


def _reason(error: Exception | None) -> str:
    """An error for people; only our own texts are kept, as any other may quote personal data."""
    text = str(error) if type(error).__module__.startswith("service.") else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
