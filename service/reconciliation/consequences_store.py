"""Keeping what a look at Stripe brought, with everything that follows from it, in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from service.contributions.apply_facts import apply_facts
from service.ledger.payout_store import record_tie
from service.stripe_events.store import stripe_events
from service.stripe_facts import checkout_store
from service.stripe_facts.record_store import record_balance_transactions, record_fact
from service.stripe_gateway.events import TURNING_EVENTS
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Customer,
    Dispute,
    PaymentIntent,
    Subscription,
)
from service.stripe_gateway.fetched import Fact, FraudWarning, LapsedMandate, PayoutMembers


def record(connection: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Keep facts and bring their contributions up to date. What the ledger owes them waits in its queue.

    Rows are written in one order everywhere, so that looks at related objects never wait for each other in a ring.
    """
    facts = tuple(facts)
    record_balance_transactions(connection, _balance_transactions(facts), now)
    turned_at = _turned_at(connection, [fact.id for fact in facts if isinstance(fact, Charge | Dispute)])
    for fact in sorted(facts, key=_writing_order):
        _record_one(connection, fact, now, turned_at)
    apply_facts(connection, facts, now)


def _turned_at(connection: Connection, object_ids: Sequence[str]) -> dict[str, datetime]:
    """When these objects turned for good or bad, as far as an event told; the objects themselves do not say it."""
    c = stripe_events.c
    statement = (
        select(c.object_id, func.max(c.created_at).label("turned_at"))
        .where(c.object_id.in_(object_ids), c.type.in_(TURNING_EVENTS), c.created_at.is_not(None))
        .group_by(c.object_id)
    )
    return {row.object_id: row.turned_at for row in connection.execute(statement)} if object_ids else {}


def _balance_transactions(facts: Iterable[Fact]) -> list[BalanceTransaction]:
    found: list[BalanceTransaction] = []
    for fact in facts:
        if isinstance(fact, BalanceTransaction):
            found.append(fact)
        elif isinstance(fact, PayoutMembers):
            found.extend(fact.transactions)
    return found


def _writing_order(fact: Fact) -> tuple[str, str]:
    return type(fact).__name__, fact.payout_id if isinstance(fact, PayoutMembers) else fact.id


def _record_one(connection: Connection, fact: Fact, now: datetime, turned_at: Mapping[str, datetime]) -> None:
    match fact:
        case CheckoutSession():
            checkout_store.record_session(connection, fact, now)
        case PaymentIntent():
            checkout_store.record_payment_intent(connection, fact, now)
        case Subscription():
            checkout_store.record_subscription(connection, fact, now)
        case PayoutMembers():
            record_tie(connection, fact.payout_id, fact.transactions, now)
        case Customer() | FraudWarning() | LapsedMandate() | BalanceTransaction():
            pass  # the last is kept already, the others concern contributions alone
        case _:
            record_fact(connection, fact, now, turned_at.get(fact.id))
