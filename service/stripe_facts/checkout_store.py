"""The tables of Checkout Sessions, payment intents and subscriptions, and how they are saved.

A fact never replaces one that was fetched later, an object that has ended stays ended, and a link or mark that is
known is never removed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.stripe_gateway.facts import CheckoutSession, ContributionMark, PaymentIntent, Subscription

_MARK = ("contribution_id", "site", "interval", "campaign", "variant", "page_id", "fund")
_KEPT_ONCE_KNOWN = frozenset({*_MARK, "customer_id", "payment_intent_id", "subscription_id", "latest_charge_id"})


def _mark_columns() -> list[Column[object]]:
    return [Column(name, Text) for name in _MARK]


def _freshness() -> list[Column[object]]:
    return [Column("status_rank", SmallInteger, nullable=False), Column("fetched_at", INSTANT, nullable=False)]


checkout_sessions = Table(
    "checkout_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("payment_status", Text, nullable=False),
    Column("amount_total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    *_mark_columns(),
    Column("customer_id", Text),
    Column("payment_intent_id", Text),
    Column("subscription_id", Text),
    Column("recovered_from_id", Text),
    Column("presentment_amount_minor", BigInteger),
    Column("presentment_currency", Text),
    *_freshness(),
    Index(None, "contribution_id"),
)

payment_intents = Table(
    "payment_intents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("amount_received_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    *_mark_columns(),
    Column("latest_charge_id", Text),
    Column("customer_id", Text),
    Column("cancellation_reason", Text),
    Column("failure_code", Text),
    Column("decline_code", Text),
    *_freshness(),
    Index(None, "contribution_id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text),
    Column("price_interval", Text),
    Column("price_interval_count", Integer),
    Column("current_period_starts_at", INSTANT),
    Column("current_period_ends_at", INSTANT),
    *_mark_columns(),
    Column("customer_id", Text),
    Column("latest_invoice_id", Text),
    Column("created_at", INSTANT, nullable=False),
    Column("is_cancel_at_period_end", Boolean, nullable=False),
    Column("cancel_at", INSTANT),
    Column("canceled_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("cancellation_reason", Text),
    Column("cancellation_feedback", Text),
    Column("pause_behavior", Text),
    Column("pause_resumes_at", INSTANT),
    *_freshness(),
    Index(None, "contribution_id"),
    Index(None, "customer_id"),
)

_TABLES: Mapping[type, Table] = {
    CheckoutSession: checkout_sessions,
    PaymentIntent: payment_intents,
    Subscription: subscriptions,
}
_ENDED: Mapping[Table, frozenset[str]] = {
    checkout_sessions: frozenset({"complete", "expired"}),
    payment_intents: frozenset({"succeeded", "canceled"}),
    subscriptions: frozenset({"canceled", "incomplete_expired"}),
}


def record_checkout_facts(
    connection: Connection, facts: Iterable[CheckoutSession | PaymentIntent | Subscription], fetched_at: datetime
) -> None:
    """Save sessions, without the contributor's personal data, payment intents and subscriptions.

    Rows are always written in one order, so that two concurrent refreshes cannot deadlock.
    """
    facts = sorted(facts, key=lambda fact: fact.id)
    for kind, table in _TABLES.items():
        rows = [_row(table, fact, fetched_at) for fact in facts if type(fact) is kind]
        if rows:
            connection.execute(_upsert_statement(table), rows)


def _row(table: Table, fact: CheckoutSession | PaymentIntent | Subscription, fetched_at: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        column.name: getattr(fact, column.name) for column in table.c if hasattr(fact, column.name)
    }
    row |= _mark_row(fact.contribution)
    if isinstance(fact, Subscription):
        row |= _price_row(fact)
    return row | {"status_rank": int(fact.status in _ENDED[table]), "fetched_at": fetched_at}


def _price_row(fact: Subscription) -> dict[str, object]:
    """Return the sum of a subscription's items, and the currency and period of the first.

    Subscriptions created by this service have exactly one item.
    """
    first = fact.items[0] if fact.items else None
    return {
        "amount_minor": sum(item.unit_amount_minor * item.quantity for item in fact.items),
        "currency": first.currency if first else None,
        "price_interval": first.interval if first else None,
        "price_interval_count": first.interval_count if first else None,
        "current_period_starts_at": first.current_period_starts_at if first else None,
        "current_period_ends_at": first.current_period_ends_at if first else None,
    }


@cache
def _upsert_statement(table: Table) -> Insert:
    statement = insert(table)
    new = statement.excluded
    changes = {
        column.name: func.coalesce(new[column.name], column) if column.name in _KEPT_ONCE_KNOWN else new[column.name]
        for column in table.c
        if column.name != "id"
    }
    is_newer = (new.status_rank >= table.c.status_rank) & (new.fetched_at >= table.c.fetched_at)
    is_final = new.status_rank > table.c.status_rank
    return statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=is_newer | is_final)


def _mark_row(mark: ContributionMark | None) -> dict[str, object]:
    return {name: getattr(mark, name) if mark else None for name in _MARK}
