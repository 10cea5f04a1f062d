"""Refresh Stripe objects: fetch them, save what they say now, retry failures, and post to the ledger."""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from service.contributions.apply_facts import concern_forgotten
from service.contributions.mail.sending import send_due_mail
from service.database.engine import database_address
from service.database.transaction import committed
from service.jobs.queue import work
from service.ledger.post_due import post_in_batches
from service.reconciliation.consequences import save_facts
from service.reconciliation.lock_store import locked_objects
from service.services import Services
from service.stripe_events import store
from service.stripe_events.body_store import scrub_bodies
from service.stripe_events.erased_names import scrub_events_of_erased
from service.stripe_events.store import InboxEvent
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.fields import UnreadableObjectError
from service.stripe_gateway.objects import ObjectRef, ObjectType

# The waits after the first, second, third and fourth failed attempt. The fifth attempt is the last.
RETRY_GAPS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
MAX_ATTEMPTS = len(RETRY_GAPS) + 1
MAX_DRAIN_ROUNDS = 1000
SWEEP_SIZE = 200
# Objects saved in one transaction. Contributions that their facts share are then computed only once.
BATCH_SIZE = 25
# While one batch is fetched, another is saved. Stripe takes a tenth of a second or more to answer, and allows a hundred
# reads a second (https://docs.stripe.com/rate-limits).
SWEEP_THREADS = 2
FETCH_THREADS = 6

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Refresh:
    """The facts fetched for an object, or the error of the fetch, and the due events about the object."""

    ref: ObjectRef
    events: tuple[InboxEvent, ...]
    facts: tuple[Fact, ...] = ()
    error: Exception | None = None

    @property
    def event_ids(self) -> tuple[str, ...]:
        return tuple(event.id for event in self.events)

    @property
    def is_hopeless(self) -> bool:
        """Whether a retry cannot succeed, because neither the event nor Stripe's copy of it names an object."""
        return self.ref.type is ObjectType.EVENT and isinstance(self.error, UnreadableObjectError)


def refresh_objects(services: Services, refs: Sequence[ObjectRef], fetchers: Executor) -> int:
    """Refresh objects and finish their due events. Return how many objects this process could lock.

    Objects that another process has locked are skipped. The objects stay locked until everything is saved, but no
    transaction is open while Stripe answers. A failure is counted on the events of the object, which are then retried,
    and delays no other object. The caller posts to the ledger.
    """
    now = services.clock()
    with locked_objects(services.engine, refs) as (connection, locked):
        with connection.begin():
            due = store.due_events(connection, locked, now) if locked else {}
        refreshes = list(fetchers.map(lambda ref: _fetch(services, ref, due[ref]), due))
        fetched = [refresh for refresh in refreshes if refresh.error is None]
        failed = [refresh for refresh in refreshes if refresh.error is not None]
        with connection.begin():
            for refresh in failed + _save_refreshes(connection, fetched, now):
                _count_failure(connection, refresh, now)
            event_ids = [event_id for refresh in refreshes for event_id in refresh.event_ids]
            scrub_events_of_erased(connection, services.keys, event_ids)
    return len(locked)


def _fetch(services: Services, ref: ObjectRef, events: tuple[InboxEvent, ...]) -> Refresh:
    try:
        return Refresh(ref, events, services.gateway.fetch(ref))
    except Exception as error:  # an error of one object must not stop the others
        return Refresh(ref, events, error=error)


def _save_refreshes(connection: Connection, refreshes: Sequence[Refresh], now: datetime) -> list[Refresh]:
    """Save refreshes together, or one by one if that fails. Return those that could not be saved, with their errors."""
    if not refreshes:
        return []
    try:
        with connection.begin_nested():
            _save(connection, refreshes, now)
    except Exception as error:  # an error of one object must not stop the others
        if len(refreshes) == 1:
            return [replace(refreshes[0], error=error)]
        return [failed for refresh in refreshes for failed in _save_refreshes(connection, [refresh], now)]
    return []


def _save(connection: Connection, refreshes: Sequence[Refresh], now: datetime) -> None:
    """Save facts, what follows from them, and that the events are done.

    The bodies of events about a forgotten contributor are emptied, because they may hold personal data.
    """
    facts = [fact for refresh in refreshes for fact in refresh.facts]
    save_facts(connection, facts, now)
    store.finish_events(connection, [event_id for refresh in refreshes for event_id in refresh.event_ids], now)
    if concern_forgotten(connection, facts):
        for refresh in refreshes:
            if concern_forgotten(connection, refresh.facts):
                scrub_bodies(connection, refresh.event_ids)


def _count_failure(connection: Connection, refresh: Refresh, now: datetime) -> None:
    log.warning("object_refresh_failed", object_type=refresh.ref.type, exc_info=refresh.error)
    for event in refresh.events:
        next_attempt_at = None if refresh.is_hopeless else next_attempt(event.attempt_count + 1, now)
        store.fail_event(connection, event.id, _error_text(refresh.error), next_attempt_at)


def fetch_and_save(services: Services, ref: ObjectRef) -> None:
    """Refresh an object that no event is about. Raise the errors of the fetch."""
    now = services.clock()
    facts = services.gateway.fetch(ref)
    with committed(services.engine) as connection:
        save_facts(connection, facts, now)


def post_to_ledger(services: Services) -> None:
    """Post the entries that saved facts have queued. If the process dies before, the next posting finds them."""
    report = post_in_batches(services.engine, services.settings.accounting_zone, services.clock())
    if report.unclassified:
        log.error("movements_in_suspense", count=report.unclassified)


def sweep(services: Services, limit: int = SWEEP_SIZE) -> int:
    """Refresh the objects that have due events, at most `limit`, and post. Return how many objects were locked."""
    with committed(services.engine) as connection:
        refs = store.due_objects(connection, services.clock(), limit)
    batches = [refs[start : start + BATCH_SIZE] for start in range(0, len(refs), BATCH_SIZE)]
    with ThreadPoolExecutor(FETCH_THREADS) as fetchers, ThreadPoolExecutor(SWEEP_THREADS) as sweepers:
        count = sum(sweepers.map(lambda batch: refresh_objects(services, batch, fetchers), batches))
    post_to_ledger(services)
    return count


def drain(services: Services) -> None:
    """Work until no job, event or mail is due. Objects that another process has locked are left to that process.

    Events are swept besides running jobs, because a job may have been lost, and a retry has no job.
    """
    address = database_address(services.settings)
    for _ in range(MAX_DRAIN_ROUNDS):
        work(services, address, until_idle=True)
        if sweep(services) + send_due_mail(services) == 0:
            return


def next_attempt(attempts_made: int, now: datetime) -> datetime | None:
    """Return when to try again after this many failed attempts, or None if there is no further attempt."""
    return now + RETRY_GAPS[attempts_made - 1] if attempts_made < MAX_ATTEMPTS else None


def _error_text(error: Exception | None) -> str:
    """Return an error as text for operators. Texts of other libraries are left out: they may quote personal data."""
    text = str(error) if type(error).__module__.startswith("service.") else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
