"""Keeping what a look at Stripe brought, with everything that follows from it, in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from service.contributions.life_store import apply_facts
from service.ledger.payout_store import record_tie
from service.stripe_events import checkout_fact_store
from service.stripe_events.fact_store import record_balance_transactions, record_fact
from service.stripe_events.facts import BalanceTransaction, CheckoutSession, Customer, PaymentIntent, Subscription
from service.stripe_gateway.fetched import Fact, FraudWarning, PayoutMembers

NOTHING_TOLD: Mapping[str, datetime | None] = {}


def record(
    connection: Connection, facts: Iterable[Fact], now: datetime, told: Mapping[str, datetime | None] = NOTHING_TOLD
) -> None:
    """Keep facts and bring their contributions up to date. What the ledger owes them waits in its queue.

    `told`: when the change happened, by the id of each object that an event told of. Rows are written in one order
    everywhere, so that looks at related objects never wait for each other in a ring.
    """
    facts = tuple(facts)
    record_balance_transactions(connection, _balance_transactions(facts), now)
    for fact in sorted(facts, key=_writing_order):
        _record_one(connection, fact, now, told.get(getattr(fact, "id", "")))
    apply_facts(connection, facts, now)


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


def _record_one(connection: Connection, fact: Fact, now: datetime, told_at: datetime | None) -> None:
    match fact:
        case CheckoutSession():
            checkout_fact_store.record_session(connection, fact, now)
        case PaymentIntent():
            checkout_fact_store.record_payment_intent(connection, fact, now)
        case Subscription():
            checkout_fact_store.record_subscription(connection, fact, now)
        case PayoutMembers():
            record_tie(connection, fact.payout_id, fact.transactions, now)
        case Customer() | FraudWarning() | BalanceTransaction():
            pass  # the first two concern contributions alone, the third is kept already
        case _:
            record_fact(connection, fact, now, told_at)
