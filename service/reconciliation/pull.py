"""Pull balance transactions and payouts from Stripe. This finds all money, even if events were lost or repeated."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import TypeVar

import structlog

from service.database.transaction import committed, connected
from service.errors import DomainError, StripeRefusedError, StripeUnavailableError
from service.ledger.invariants.figures_store import unposted_transactions
from service.ledger.payouts.tie_store import payouts_to_tie
from service.reconciliation import pull_store
from service.reconciliation.consequences import save_facts
from service.reconciliation.refresh import BATCH_SIZE as SAVED_TOGETHER
from service.reconciliation.refresh import FETCH_THREADS, RETRY_GAPS, post_to_ledger
from service.services import Services
from service.stripe_events.store import objects_with_waiting_events, requeue_failed_with
from service.stripe_facts.query_store import (
    known_transaction_ids,
    missing_sources,
    newest_transaction_at,
    payouts_by_id,
)
from service.stripe_gateway.facts import BalanceTransaction, Payout
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.fields import UnreadableObjectError
from service.stripe_gateway.objects import ObjectRef, ObjectType
from service.stripe_gateway.transport import StripeFailedError

# A new balance transaction may be dated before one that we have already. Stripe sorts by the time of creation.
TRANSACTION_OVERLAP = timedelta(hours=48)
# A paid payout can still fail within five business days.
PAYOUT_OVERLAP = timedelta(days=14)
# An outage: no pull succeeded for as long as the longest gap between retries, although a pull is due every 15 minutes.
OUTAGE = RETRY_GAPS[-1]
BATCH_SIZE = 100
MAX_UNANSWERED = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOURCES = {
    "charge": ObjectType.CHARGE,
    "charge_failure": ObjectType.CHARGE,
    "dispute": ObjectType.DISPUTE,
    "dispute_reversal": ObjectType.DISPUTE,
    "payout": ObjectType.PAYOUT,
    "payout_reversal": ObjectType.PAYOUT,
    "refund": ObjectType.REFUND,
    "refund_failure": ObjectType.REFUND,
}

log = structlog.get_logger()
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pulled:
    """How many balance transactions and payouts a pull read, and how many of the balance transactions were new."""

    transaction_count: int = 0
    new_transaction_count: int = 0
    payout_count: int = 0


def pull_balance(services: Services) -> Pulled:
    """Pull quickly after an event: the newest balance transactions, until a whole page of them is known.

    Balance transactions of objects with waiting events are left to the refresh of those objects. Raise
    StripeUnavailableError, after saving everything else, if Stripe could not answer for an object.
    """
    seen, new = 0, 0
    payouts: list[ObjectRef] = []
    unanswered: list[ObjectRef] = []
    for page in _batches(services.gateway.list_balance_transactions(_start_of_pull(services, None))):
        unannounced = _without_waiting_events(services, page)
        new_in_page = _save_page(services, unannounced, payouts, unanswered)
        seen, new = seen + len(page), new + new_in_page
        if not new_in_page and len(unannounced) == len(page):
            break
    _fetch_and_save_each(services, payouts, unanswered)
    post_to_ledger(services)
    _require_answers(unanswered)
    return Pulled(seen, new)


def sync(services: Services, since: datetime | None = None) -> Pulled:
    """Pull completely: all balance transactions and payouts since `since`, or since the last complete pull.

    The time of the pull is saved only at the end, so a pull that is cut short is repeated. A complete pull also shows
    that Stripe is answering, so events that died during an outage are requeued. Raise StripeUnavailableError, after
    saving everything else, if Stripe could not answer for an object.
    """
    began_at = services.clock()
    start = _start_of_pull(services, since)
    payouts: list[ObjectRef] = []
    unanswered: list[ObjectRef] = []
    seen, new = 0, 0
    for page in _batches(services.gateway.list_balance_transactions(start)):
        seen, new = seen + len(page), new + _save_page(services, page, payouts, unanswered)
    _fetch_and_save_each(services, payouts, unanswered)
    payout_start = max(EPOCH, start - PAYOUT_OVERLAP) if start > EPOCH + PAYOUT_OVERLAP else EPOCH
    payout_count = sum(
        _refresh_changed_payouts(services, page, unanswered)
        for page in _batches(services.gateway.list_payouts(payout_start))
    )
    with connected(services.engine) as connection:
        untied = payouts_to_tie(connection)
    _fetch_and_save_each(services, (ObjectRef(ObjectType.PAYOUT, payout_id) for payout_id in untied), unanswered)
    _fetch_missing_sources(services, unanswered)
    post_to_ledger(services)
    _require_answers(unanswered)
    _finish_complete_pull(services, began_at, since)
    return Pulled(seen, new, payout_count)


def _finish_complete_pull(services: Services, began_at: datetime, since: datetime | None) -> None:
    """Save the time of a complete pull, and requeue the events that died because Stripe was down before it.

    A pull from a given day counts only if a complete pull had covered everything before that day. An event died of an
    outage if its last attempt was due after the last complete pull plus the length of an outage: no pull succeeded in
    all that time either. An event that failed while Stripe answered other requests stays dead.
    """
    with committed(services.engine) as connection:
        last_pull = pull_store.pulled_through(connection)
        if since is None or (last_pull is not None and since <= last_pull):
            pull_store.set_pulled_through(connection, began_at)
        if last_pull is None:
            return
        names = (StripeUnavailableError.__name__, StripeFailedError.__name__)
        requeued = requeue_failed_with(connection, names, last_pull + OUTAGE, began_at)
    if requeued:
        log.warning("events_requeued_after_outage", count=len(requeued))


def _start_of_pull(services: Services, since: datetime | None) -> datetime:
    """Return the creation time from which to read: `since`, or the last complete pull, less an overlap.

    The newest known balance transaction also limits it, because its time comes from Stripe's clock and not from ours.
    """
    if since is not None:
        return since
    with committed(services.engine) as connection:
        last_pull = pull_store.pulled_through(connection)
        newest = newest_transaction_at(connection)
    return EPOCH if last_pull is None or newest is None else min(last_pull, newest) - TRANSACTION_OVERLAP


def _save_page(
    services: Services, page: Sequence[BalanceTransaction], payouts: list[ObjectRef], unanswered: list[ObjectRef]
) -> int:
    """Save a page of balance transactions and the objects that caused them. Return how many were new.

    The source of a new balance transaction is fetched before the balance transaction is saved. If the pull is cut
    short, or the source gets no answer, the next pull finds the balance transaction new again. Payouts are only added
    to `payouts`: fetching one saves the balance transactions it paid out, which would then be new to no page.
    """
    with committed(services.engine) as connection:
        known = known_transaction_ids(connection, [transaction.id for transaction in page])
    new = [transaction for transaction in page if transaction.id not in known]
    found = (_source_of(transaction.reporting_category, transaction.source_id) for transaction in new)
    refs = [ref for ref in dict.fromkeys(found) if ref is not None]
    payouts += [ref for ref in refs if ref.type is ObjectType.PAYOUT]
    _fetch_and_save_each(services, (ref for ref in refs if ref.type is not ObjectType.PAYOUT), unanswered)
    answered = [
        transaction
        for transaction in page
        if _source_of(transaction.reporting_category, transaction.source_id) not in unanswered
    ]
    with committed(services.engine) as connection:
        save_facts(connection, answered, services.clock())
    return len(new)


def _fetch_missing_sources(services: Services, unanswered: list[ObjectRef]) -> None:
    """Fetch the source objects of balance transactions whose source we do not have yet, the newest first.

    A source is missing if the transaction came with a payout's list, or if Stripe could not answer for it before.
    Stop after a batch that Stripe refuses entirely.
    """
    post_to_ledger(services)
    with connected(services.engine) as connection:
        unposted = [(unposted.category, unposted.source_id) for unposted in unposted_transactions(connection)]
        waiting = [*missing_sources(connection), *unposted]
    found = (_source_of(category, source_id) for category, source_id in reversed(waiting))
    refs = (ref for ref in dict.fromkeys(found) if ref is not None and ref not in unanswered)
    for batch in _batches(refs):
        if _fetch_and_save_each(services, batch, unanswered) == BATCH_SIZE:
            return


def _fetch_and_save_each(services: Services, refs: Iterable[ObjectRef], unanswered: list[ObjectRef]) -> int:
    """Fetch and save objects. Return how many Stripe refused or were unreadable.

    An object that fails does not stop the others. Objects without an answer are added to `unanswered`; if these become
    more than a few, Stripe is down: raise StripeUnavailableError.
    """
    refused = 0
    with ThreadPoolExecutor(FETCH_THREADS) as fetchers:
        for group in _fetched_together(refs):
            now = services.clock()
            answers = list(fetchers.map(lambda ref: _answer(services, ref), group))
            with committed(services.engine) as connection:
                save_facts(connection, (fact for facts in answers if isinstance(facts, tuple) for fact in facts), now)
            for ref, error in zip(group, answers, strict=True):
                if isinstance(error, DomainError):
                    log.warning("object_not_saved", object_type=ref.type, code=error.code)
                if isinstance(error, StripeUnavailableError):
                    unanswered.append(ref)
                    if len(unanswered) > MAX_UNANSWERED:
                        raise error
                elif isinstance(error, DomainError):
                    refused += 1
    return refused


def _fetched_together(refs: Iterable[ObjectRef]) -> Iterator[tuple[ObjectRef, ...]]:
    """Group objects that are fetched at the same time and saved in one transaction.

    A payout is alone, because it brings thousands of balance transactions.
    """
    for is_payout, group in groupby(refs, lambda ref: ref.type is ObjectType.PAYOUT):
        yield from _batches(group, 1 if is_payout else SAVED_TOGETHER)


def _answer(services: Services, ref: ObjectRef) -> tuple[Fact, ...] | DomainError:
    """Return the facts of an object, or the error if there is no answer, a refusal, or something unreadable."""
    try:
        return services.gateway.fetch(ref)
    except (StripeRefusedError, StripeUnavailableError, UnreadableObjectError) as error:
        return error


def _require_answers(unanswered: Sequence[ObjectRef]) -> None:
    """Raise StripeUnavailableError if an object got no answer, so that the pull is repeated."""
    if unanswered:
        names = ", ".join(f"{ref.type} {ref.id}" for ref in unanswered)
        raise StripeUnavailableError(f"Stripe could not answer for {names}; everything else was saved")


def _without_waiting_events(services: Services, page: Sequence[BalanceTransaction]) -> tuple[BalanceTransaction, ...]:
    """Return the balance transactions whose source has no waiting event."""
    sources = [transaction.source_id for transaction in page if transaction.source_id]
    with committed(services.engine) as connection:
        waiting = objects_with_waiting_events(connection, sources)
    return tuple(transaction for transaction in page if transaction.source_id not in waiting)


def _source_of(category: str, source_id: str | None) -> ObjectRef | None:
    """Return the object that caused a balance transaction of this category, or None if we fetch no such object."""
    kind = _SOURCES.get(category)
    return ObjectRef(kind, source_id) if kind and source_id else None


def _refresh_changed_payouts(services: Services, page: Sequence[Payout], unanswered: list[ObjectRef]) -> int:
    """Fetch and save those payouts of a page whose status differs from ours. Return the size of the page."""
    with committed(services.engine) as connection:
        known = payouts_by_id(connection, [payout.id for payout in page])
    changed = [payout.id for payout in page if _statuses(known.get(payout.id)) != _statuses(payout)]
    _fetch_and_save_each(services, (ObjectRef(ObjectType.PAYOUT, payout_id) for payout_id in changed), unanswered)
    return len(page)


def _statuses(payout: Payout | None) -> tuple[str, str] | None:
    return (payout.status, payout.reconciliation_status) if payout else None


def _batches(items: Iterable[Item], size: int = BATCH_SIZE) -> Iterator[tuple[Item, ...]]:
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch
