"""Reading back what Stripe has told about contributions."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, func, select

from service.database.columns import is_in
from service.stripe_facts.checkout_store import checkout_sessions, payment_intents, subscriptions
from service.stripe_facts.contribution_facts import (
    ChargeState,
    ContributionFacts,
    DisputeState,
    IntentState,
    InvoiceState,
    RefundState,
    SessionState,
    SubscriptionState,
)
from service.stripe_facts.tables_store import charges, disputes, invoices, refunds

_s, _p, _b = checkout_sessions.c, payment_intents.c, subscriptions.c
_c, _r, _d, _i = charges.c, refunds.c, disputes.c, invoices.c

# Columns in the order of each value's fields.
_SESSION = (
    _s.id,
    _s.status,
    _s.payment_status,
    _s.customer_id,
    _s.payment_intent_id,
    _s.subscription_id,
    _s.created_at,
)
_INTENT = (_p.id, _p.status, _p.customer_id, _p.failure_code)
_SUBSCRIPTION = (
    _b.id,
    _b.status,
    _b.customer_id,
    _b.amount_minor,
    _b.currency,
    _b.current_period_ends_at,
    _b.is_cancel_at_period_end,
    _b.cancel_at,
    _b.ended_at,
    _b.cancellation_reason,
    _b.pause_behavior,
    _b.canceled_at,
    _b.price_interval,
)
_CHARGE = (_c.id, _c.status, _c.is_captured, _c.amount_captured_minor, _c.currency, _c.created_at, _c.customer_id)
_REFUND = (_r.id, _r.charge_id, _r.status, _r.amount_minor, _r.created_at)
_DISPUTE = (_d.id, _d.charge_id, _d.status, _d.amount_minor, _d.created_at, _d.is_charge_refundable)
_INVOICE = (_i.id, _i.status, _i.billing_reason, _i.attempt_count, _i.created_at)

_Columns = tuple[Column[Any], ...]
_Found = Mapping[str, list[tuple[Any, ...]]]


def facts_of_contributions(connection: Connection, ids: Collection[str]) -> dict[str, ContributionFacts]:
    """All that Stripe has told about each, oldest first within each kind; one statement for each kind."""
    sessions = _marked(connection, checkout_sessions, _SESSION, ids)
    intents = _marked(connection, payment_intents, _INTENT, ids)
    living = _marked(connection, subscriptions, _SUBSCRIPTION, ids)
    charged = _marked(connection, charges, _CHARGE, ids)
    refunded = _of_charges(connection, refunds, _REFUND, ids)
    disputed = _of_charges(connection, disputes, _DISPUTE, ids)
    invoiced = _marked(connection, invoices, _INVOICE, ids)
    return {
        id_: ContributionFacts(
            sessions=tuple(SessionState(*row) for row in sessions[id_]),
            intents=tuple(IntentState(*row) for row in intents[id_]),
            subscriptions=tuple(SubscriptionState(*row) for row in living[id_]),
            charges=tuple(ChargeState(*row) for row in charged[id_]),
            refunds=tuple(RefundState(*row) for row in refunded[id_]),
            disputes=tuple(DisputeState(*row) for row in disputed[id_]),
            invoices=tuple(InvoiceState(*row) for row in invoiced[id_]),
        )
        for id_ in ids
    }


def _marked(connection: Connection, table: Table, columns: _Columns, ids: Collection[str]) -> _Found:
    """Rows that carry a contribution's mark, by contribution, oldest first."""
    statement = (
        select(table.c.contribution_id, *columns)
        .where(is_in(table.c.contribution_id, ids))
        .order_by(table.c.created_at, table.c.id)
    )
    return _grouped(connection, statement)


def _of_charges(connection: Connection, table: Table, columns: _Columns, ids: Collection[str]) -> _Found:
    """Rows that name a charge of a contribution, by contribution, oldest first."""
    statement = (
        select(_c.contribution_id, *columns)
        .join_from(charges, table, table.c.charge_id == _c.id)
        .where(is_in(_c.contribution_id, ids))
        .order_by(table.c.created_at, table.c.id)
    )
    return _grouped(connection, statement)


def _grouped(connection: Connection, statement: Select[*tuple[Any, ...]]) -> _Found:
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for contribution_id, *row in connection.execute(statement):
        found[contribution_id].append(tuple(row))
    return found


def disputes_of_charge(connection: Connection, charge_id: str) -> tuple[DisputeState, ...]:
    """The disputes of a charge, oldest first."""
    statement = select(*_DISPUTE).where(_d.charge_id == charge_id).order_by(_d.created_at, _d.id)
    return tuple(DisputeState(*row) for row in connection.execute(statement))


def count_outcomes(connection: Connection, site: str, since: datetime) -> tuple[int, int]:
    """Charges of a site since then that succeeded, and that were declined."""
    c = charges.c
    statement = (
        select(c.status, func.count().label("number")).where(c.site == site, c.created_at >= since).group_by(c.status)
    )
    found = {row.status: row.number for row in connection.execute(statement)}
    return found.get("succeeded", 0), found.get("failed", 0)
