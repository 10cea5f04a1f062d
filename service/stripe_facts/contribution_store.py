"""Read the facts about contributions."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

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
from service.stripe_facts.tables_store import charges, disputes, fact_transitions, invoices, refunds

_session, _intent, _subscription = checkout_sessions.c, payment_intents.c, subscriptions.c
_charge, _refund, _dispute, _invoice = charges.c, refunds.c, disputes.c, invoices.c


def _changed_at(table: Table) -> ColumnElement[datetime | None]:
    """Return the time at which an object of this table reached its present status. It is null if that is unknown."""
    c = fact_transitions.c
    reached = select(c.seen_at).where(c.object_id == table.c.id, c.transition == table.c.status)
    return reached.scalar_subquery()


# Columns in the order of the fields of SessionState, IntentState and so on.
_SESSION = (
    _session.id,
    _session.status,
    _session.payment_status,
    _session.customer_id,
    _session.payment_intent_id,
    _session.subscription_id,
    _session.created_at,
    _changed_at(checkout_sessions),
)
_INTENT = (_intent.id, _intent.status, _intent.customer_id, _intent.failure_code, _changed_at(payment_intents))
_SUBSCRIPTION = (
    _subscription.id,
    _subscription.status,
    _subscription.customer_id,
    _subscription.amount_minor,
    _subscription.currency,
    _subscription.current_period_ends_at,
    _subscription.is_cancel_at_period_end,
    _subscription.cancel_at,
    _subscription.ended_at,
    _subscription.cancellation_reason,
    _subscription.pause_behavior,
    _subscription.canceled_at,
    _subscription.price_interval,
)
_CHARGE = (
    _charge.id,
    _charge.status,
    _charge.is_captured,
    _charge.amount_captured_minor,
    _charge.currency,
    _charge.created_at,
    _charge.customer_id,
    _changed_at(charges),
)
_REFUND = (
    _refund.id,
    _refund.charge_id,
    _refund.status,
    _refund.amount_minor,
    _refund.created_at,
    _changed_at(refunds),
)
_DISPUTE = (
    _dispute.id,
    _dispute.charge_id,
    _dispute.status,
    _dispute.amount_minor,
    _dispute.created_at,
    _dispute.is_charge_refundable,
)
_INVOICE = (
    _invoice.id,
    _invoice.status,
    _invoice.billing_reason,
    _invoice.attempt_count,
    _invoice.created_at,
    _invoice.subscription_id,
)

_Columns = tuple[ColumnElement[Any], ...]
_Found = Mapping[str, list[tuple[Any, ...]]]


def facts_of_contributions(connection: Connection, ids: Collection[str]) -> dict[str, ContributionFacts]:
    """Return all facts about these contributions, by contribution id. It runs one statement for each kind of fact."""
    sessions = _marked(connection, checkout_sessions, _SESSION, ids)
    intents = _marked(connection, payment_intents, _INTENT, ids)
    recurring = _marked(connection, subscriptions, _SUBSCRIPTION, ids)
    charged = _marked(connection, charges, _CHARGE, ids)
    refunded = _of_charges(connection, refunds, _REFUND, ids)
    disputed = _of_charges(connection, disputes, _DISPUTE, ids)
    invoiced = _marked(connection, invoices, _INVOICE, ids)
    return {
        id_: ContributionFacts(
            sessions=tuple(SessionState(*row) for row in sessions[id_]),
            intents=tuple(IntentState(*row) for row in intents[id_]),
            subscriptions=tuple(SubscriptionState(*row) for row in recurring[id_]),
            charges=tuple(ChargeState(*row) for row in charged[id_]),
            refunds=tuple(RefundState(*row) for row in refunded[id_]),
            disputes=tuple(DisputeState(*row) for row in disputed[id_]),
            invoices=tuple(InvoiceState(*row) for row in invoiced[id_]),
        )
        for id_ in ids
    }


def _marked(connection: Connection, table: Table, columns: _Columns, ids: Collection[str]) -> _Found:
    """Return the rows that carry a contribution's mark, by contribution id, oldest first."""
    statement = (
        select(table.c.contribution_id, *columns)
        .where(is_in(table.c.contribution_id, ids))
        .order_by(table.c.created_at, table.c.id)
    )
    return _grouped(connection, statement)


def _of_charges(connection: Connection, table: Table, columns: _Columns, ids: Collection[str]) -> _Found:
    """Return the rows that name a charge of a contribution, by contribution id, oldest first."""
    statement = (
        select(_charge.contribution_id, *columns)
        .join_from(charges, table, table.c.charge_id == _charge.id)
        .where(is_in(_charge.contribution_id, ids))
        .order_by(table.c.created_at, table.c.id)
    )
    return _grouped(connection, statement)


def _grouped(connection: Connection, statement: Select[*tuple[Any, ...]]) -> _Found:
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for contribution_id, *row in connection.execute(statement):
        found[contribution_id].append(tuple(row))
    return found


def disputes_of_charge(connection: Connection, charge_id: str) -> tuple[DisputeState, ...]:
    """Return the disputes of a charge, oldest first."""
    statement = select(*_DISPUTE).where(_dispute.charge_id == charge_id).order_by(_dispute.created_at, _dispute.id)
    return tuple(DisputeState(*row) for row in connection.execute(statement))


def count_outcomes(connection: Connection, site: str, since: datetime) -> tuple[int, int]:
    """Count a site's charges created since this time: those that succeeded, and those that failed."""
    c = charges.c
    statement = (
        select(c.status, func.count().label("number")).where(c.site == site, c.created_at >= since).group_by(c.status)
    )
    found = {row.status: row.number for row in connection.execute(statement)}
    return found.get("succeeded", 0), found.get("failed", 0)
