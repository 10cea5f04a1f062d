"""Keeping what a look at Stripe brought, with everything that follows from it, in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.contributions.life_store import apply_facts
from service.stripe_events import checkout_fact_store
from service.stripe_events.fact_store import record_fact, record_payout_members
from service.stripe_events.facts import CheckoutSession, Customer, PaymentIntent, Subscription
from service.stripe_gateway.fetching import Fact, PayoutMembers


@dataclass(frozen=True, slots=True)
class Told:
    """Which object an event told of, and when it says the change happened."""

    object_id: str
    at: datetime | None


def record(connection: Connection, facts: Iterable[Fact], now: datetime, told: Told | None = None) -> None:
    """Keep facts and bring their contributions up to date. What the ledger owes them waits in its queue."""
    facts = tuple(facts)
    for fact in facts:
        is_subject = told is not None and getattr(fact, "id", None) == told.object_id
        _record_one(connection, fact, now, told.at if told is not None and is_subject else None)
    apply_facts(connection, facts, now)


def _record_one(connection: Connection, fact: Fact, now: datetime, told_at: datetime | None) -> None:
    match fact:
        case CheckoutSession():
            checkout_fact_store.record_session(connection, fact, now)
        case PaymentIntent():
            checkout_fact_store.record_payment_intent(connection, fact, now)
        case Subscription():
            checkout_fact_store.record_subscription(connection, fact, now)
        case PayoutMembers():
            record_payout_members(connection, fact.payout_id, fact.transactions, now)
        case Customer():
            pass  # personal: kept with the contributions, not among the facts
        case _:
            record_fact(connection, fact, now, told_at)
