"""Pulling what Stripe's balance did: the truth of money, whatever events came, came twice, or never came."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

import structlog

from service.errors import StripeRefusedError, StripeUnavailableError
from service.ledger.invariant_figures_store import unposted_transactions
from service.ledger.payout_store import payouts_to_tie
from service.reconciliation import pull_store
from service.reconciliation.consequences_store import record
from service.reconciliation.pull_store import requeue_after_outage
from service.reconciliation.refresh import RETRY_GAPS, fetch_and_record, post
from service.services import Services
from service.stripe_events import store
from service.stripe_gateway.facts import BalanceTransaction, Payout
from service.stripe_gateway.fields import UnreadableObjectError
from service.stripe_gateway.objects import ObjectRef, ObjectType

# A movement may be dated before one we already have; Stripe lists by its own creation time.
TRANSACTION_OVERLAP = timedelta(hours=48)
# A paid payout can still fail within five business days.
PAYOUT_OVERLAP = timedelta(days=14)
# As long as the last gap between an event's tries: no pull of a quarter of an hour's rhythm came through in it.
OUTAGE = RETRY_GAPS[-1]
BATCH_SIZE = 100
MAX_UNANSWERED = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = "balance"
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
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull looked at and what of it was new."""

    transaction_count: int = 0
    new_transaction_count: int = 0
    payout_count: int = 0


def pull_balance(services: Services) -> Pulled:
    """The quick pull after an event: newest movements first, until a whole page of them is already here.

    What an event in the inbox tells of is left to it; the full pull leaves nothing to anyone.
    """
    seen, new = 0, 0
    payouts: list[ObjectRef] = []
    unanswered: list[ObjectRef] = []
    for page in _batches(services.gateway.list_balance_transactions(_since(services, None))):
        ours = _told_of_by_none(services, page)
        fresh = _take_over(services, ours, payouts, unanswered)
        seen, new = seen + len(page), new + fresh
        if not fresh and len(ours) == len(page):
            break
    _fetch_each(services, payouts, unanswered)
    post(services)
    _require_answers(unanswered)
    return Pulled(seen, new)


def sync(services: Services, since: datetime | None = None) -> Pulled:
    """The full pull: everything since `since`, or since the last full pull with an overlap; then payouts.

    The cursor moves only when all of it has been taken over, so a pull that broke off is repeated. It then is known
    that Stripe answers, and events that died while it did not are tried again.
    """
    began_at = services.clock()
    start = _since(services, since)
    payouts: list[ObjectRef] = []
    unanswered: list[ObjectRef] = []
    seen, new = 0, 0
    for page in _batches(services.gateway.list_balance_transactions(start)):
        seen, new = seen + len(page), new + _take_over(services, page, payouts, unanswered)
    _fetch_each(services, payouts, unanswered)
    payout_start = max(EPOCH, start - PAYOUT_OVERLAP) if start > EPOCH + PAYOUT_OVERLAP else EPOCH
    payout_count = sum(
        _take_over_payouts(services, page, unanswered) for page in _batches(services.gateway.list_payouts(payout_start))
    )
    with services.engine.connect() as connection:
        untied = payouts_to_tie(connection, began_at)
    _fetch_each(services, (ObjectRef(ObjectType.PAYOUT, payout_id) for payout_id in untied), unanswered)
    _fetch_missing_sources(services, unanswered)
    post(services)
    _require_answers(unanswered)
    with services.engine.begin() as connection:
        pulled_through_at = pull_store.cursor(connection, _CURSOR)
        if since is None or pulled_through_at is not None:
            pull_store.advance_cursor(connection, _CURSOR, began_at)
        requeued = requeue_after_outage(connection, pulled_through_at, OUTAGE, began_at)
    if requeued:
        log.warning("events_requeued_after_outage", count=requeued)
    return Pulled(seen, new, payout_count)


def _since(services: Services, since: datetime | None) -> datetime:
    """Where a pull begins: before the last full one, and before the newest movement, whose clock is Stripe's own."""
    if since is not None:
        return since
    with services.engine.begin() as connection:
        cursor = pull_store.cursor(connection, _CURSOR)
        newest = pull_store.newest_movement_at(connection)
    return EPOCH if cursor is None or newest is None else min(cursor, newest) - TRANSACTION_OVERLAP


def _take_over(
    services: Services, page: Sequence[BalanceTransaction], payouts: list[ObjectRef], unanswered: list[ObjectRef]
) -> int:
    """Record a page of movements; how many were new.

    What a new movement came from is looked at first, so that a pull cut short, or one whose source got no answer,
    finds the movement new again. Only payouts wait, in `payouts`: each brings along what it carried, which then would
    be new to no page.
    """
    with services.engine.begin() as connection:
        known = pull_store.known_transactions(connection, [each.id for each in page])
    new = [each for each in page if each.id not in known]
    found = (_source_of(each.reporting_category, each.source_id) for each in new)
    refs = [ref for ref in dict.fromkeys(found) if ref is not None]
    payouts += [ref for ref in refs if ref.type is ObjectType.PAYOUT]
    _fetch_each(services, (ref for ref in refs if ref.type is not ObjectType.PAYOUT), unanswered)
    taken = [each for each in page if _source_of(each.reporting_category, each.source_id) not in unanswered]
    with services.engine.begin() as connection:
        record(connection, taken, services.clock())
    return len(new)


def _fetch_missing_sources(services: Services, unanswered: list[ObjectRef]) -> None:
    """Fetch the source objects of balance transactions whose source we do not have yet, the newest first.

    A source is missing if the transaction came with a payout's list, or if Stripe could not answer for it before.
    Stops after a batch that Stripe refuses entirely.
    """
    post(services)
    with services.engine.connect() as connection:
        unposted = [(each.category, each.source_id) for each in unposted_transactions(connection)]
        waiting = [*pull_store.unseen_sources(connection), *unposted]
    found = (_source_of(*each) for each in reversed(waiting))
    refs = (ref for ref in dict.fromkeys(found) if ref is not None and ref not in unanswered)
    for batch in _batches(refs):
        if _fetch_each(services, batch, unanswered) == BATCH_SIZE:
            return


def _fetch_each(services: Services, refs: Iterable[ObjectRef], unanswered: list[ObjectRef]) -> int:
    """Take over objects; one that Stripe refuses, cannot answer for or that cannot be read holds nobody up.

    How many were refused or unreadable. Those without an answer join `unanswered`. More than a few are an outage:
    raises StripeUnavailableError.
    """
    refused = 0
    for ref in refs:
        try:
            fetch_and_record(services, ref)
        except (StripeRefusedError, UnreadableObjectError) as error:
            log.warning("object_not_taken_over", object_type=ref.type, code=error.code)
            refused += 1
        except StripeUnavailableError as error:
            log.warning("object_not_taken_over", object_type=ref.type, code=error.code)
            unanswered.append(ref)
            if len(unanswered) > MAX_UNANSWERED:
                raise
    return refused


def _require_answers(unanswered: Sequence[ObjectRef]) -> None:
    """Raise StripeUnavailableError where something got no answer: the pull has to be repeated."""
    if unanswered:
        names = ", ".join(f"{ref.type} {ref.id}" for ref in unanswered)
        raise StripeUnavailableError(f"Stripe could not answer for {names}; all else was taken over")


def _told_of_by_none(services: Services, page: Sequence[BalanceTransaction]) -> tuple[BalanceTransaction, ...]:
    """Those whose source no waiting event names."""
    with services.engine.begin() as connection:
        waiting = store.waiting_among(connection, [each.source_id for each in page if each.source_id])
    return tuple(each for each in page if each.source_id not in waiting)


def _source_of(category: str, source_id: str | None) -> ObjectRef | None:
    kind = _SOURCES.get(category)
    return ObjectRef(kind, source_id) if kind and source_id else None


def _take_over_payouts(services: Services, page: Sequence[Payout], unanswered: list[ObjectRef]) -> int:
    """Look anew at each payout that stands differently here; how many there were."""
    with services.engine.begin() as connection:
        known = pull_store.known_payouts(connection, [each.id for each in page])
    changed = [each.id for each in page if known.get(each.id) != (each.status, each.reconciliation_status)]
    _fetch_each(services, (ObjectRef(ObjectType.PAYOUT, id_) for id_ in changed), unanswered)
    return len(page)


def _batches(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while batch := tuple(islice(iterator, BATCH_SIZE)):
        yield batch
