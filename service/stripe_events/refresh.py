"""Looking at objects anew: fetch them, keep what was found, count what failed; then post what it brought."""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from service.contributions.mail import send_due_mail
from service.database.engine import database_address
from service.jobs import work
from service.ledger.posting_store import post_in_batches
from service.services import Services
from service.stripe_events import store
from service.stripe_events.event_objects import ObjectRef
from service.stripe_events.look_store import Look, held_objects, keep_looks
from service.stripe_events.record_store import record
from service.stripe_events.store import InboxEvent

# After the first, second, third and fourth failure; the fifth is the last.
RETRY_GAPS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
MAX_ATTEMPTS = len(RETRY_GAPS) + 1
MAX_DRAIN_ROUNDS = 1000
SWEEP_SIZE = 200
# Objects of one transaction: what their facts have in common, foremost their contributions, is then looked up once.
BATCH_SIZE = 25
# While one batch is fetched the other is kept. Stripe answers in a tenth of a second or more, and a hundred reads a
# second are allowed (https://docs.stripe.com/rate-limits).
SWEEP_THREADS = 2
FETCH_THREADS = 6

log = structlog.get_logger()


def refresh_objects(services: Services, refs: Sequence[ObjectRef], fetchers: Executor) -> int:
    """Work off every due event of these objects, kept in one transaction; how many objects nobody else held.

    A failure is counted on each of its object's events and retried, and holds up no other object. All stay locked
    until then, so that nobody tries again in between; while Stripe answers, no transaction is open. Posting what it
    brought is the caller's.
    """
    now = services.clock()
    with held_objects(services.engine, refs) as (connection, held):
        with connection.begin():
            due = store.due_events(connection, held, now) if held else {}
        looks = list(fetchers.map(lambda ref: _look(services, ref, due[ref]), due))
        good = [look for look in looks if look.error is None]
        failed = [look for look in looks if look.error is not None]
        with connection.begin():
            for look in failed + keep_looks(connection, good, now):
                log.warning("object_refresh_failed", object_type=look.ref.type, exc_info=look.error)
                for event in look.events:
                    next_attempt_at = None if look.is_hopeless else next_attempt(event.attempt_count + 1, now)
                    store.fail_event(connection, event.id, _reason(look.error), next_attempt_at)
    return len(held)


def _look(services: Services, ref: ObjectRef, events: tuple[InboxEvent, ...]) -> Look:
    try:
        return Look(ref, events, services.gateway.fetch(ref))
    except Exception as error:  # whatever is wrong with one object must not stop the others
        return Look(ref, events, error=error)


def fetch_and_record(services: Services, ref: ObjectRef) -> None:
    """Look at an object that no event named; raises what fetching it raises."""
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
    """Work off objects whose events are due, then post; how many were looked at."""
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
