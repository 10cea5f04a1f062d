"""Reading back what Stripe has told about one contribution."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from service.stripe_events.checkout_fact_store import checkout_sessions, payment_intents, subscriptions
from service.stripe_events.contribution_facts import (
    ChargeState,
    ContributionFacts,
    DisputeState,
    IntentState,
    InvoiceState,
    RefundState,
    SessionState,
    SubscriptionState,
)
from service.stripe_events.fact_tables_store import charges, disputes, invoices, refunds


def facts_of_contribution(connection: Connection, contribution_id: str) -> ContributionFacts:
    """All that Stripe has told about one contribution, oldest first within each kind."""
    s, p, b = checkout_sessions.c, payment_intents.c, subscriptions.c
    c, r, d, i = charges.c, refunds.c, disputes.c, invoices.c
    charge_ids = select(c.id).where(c.contribution_id == contribution_id)
    return ContributionFacts(
        sessions=tuple(
            SessionState(*row)
            for row in connection.execute(
                select(
                    s.id,
                    s.status,
                    s.payment_status,
                    s.customer_id,
                    s.payment_intent_id,
                    s.subscription_id,
                    s.created_at,
                )
                .where(s.contribution_id == contribution_id)
                .order_by(s.created_at, s.id)
            )
        ),
        intents=tuple(
            IntentState(*row)
            for row in connection.execute(
                select(p.id, p.status, p.customer_id)
                .where(p.contribution_id == contribution_id)
                .order_by(p.created_at, p.id)
            )
        ),
        subscriptions=tuple(
            SubscriptionState(*row)
            for row in connection.execute(
                select(
                    b.id,
                    b.status,
                    b.customer_id,
                    b.amount_minor,
                    b.currency,
                    b.current_period_ends_at,
                    b.is_cancel_at_period_end,
                    b.cancel_at,
                    b.ended_at,
                    b.cancellation_reason,
                    b.pause_behavior,
                    b.canceled_at,
                )
                .where(b.contribution_id == contribution_id)
                .order_by(b.created_at, b.id)
            )
        ),
        charges=tuple(
            ChargeState(*row)
            for row in connection.execute(
                select(c.id, c.status, c.is_captured, c.amount_captured_minor, c.currency, c.created_at, c.customer_id)
                .where(c.contribution_id == contribution_id)
                .order_by(c.created_at, c.id)
            )
        ),
        refunds=tuple(
            RefundState(*row)
            for row in connection.execute(
                select(r.id, r.charge_id, r.status, r.amount_minor, r.created_at)
                .where(r.charge_id.in_(charge_ids))
                .order_by(r.created_at, r.id)
            )
        ),
        disputes=tuple(
            DisputeState(*row)
            for row in connection.execute(
                select(d.id, d.charge_id, d.status, d.amount_minor, d.created_at)
                .where(d.charge_id.in_(charge_ids))
                .order_by(d.created_at, d.id)
            )
        ),
        invoices=tuple(
            InvoiceState(*row)
            for row in connection.execute(
                select(i.id, i.status, i.billing_reason, i.attempt_count, i.created_at)
                .where(i.contribution_id == contribution_id)
                .order_by(i.created_at, i.id)
            )
        ),
    )


def disputes_of_charge(connection: Connection, charge_id: str) -> tuple[DisputeState, ...]:
    """The disputes of a charge, oldest first."""
    d = disputes.c
    statement = select(d.id, d.charge_id, d.status, d.amount_minor, d.created_at)
    statement = statement.where(d.charge_id == charge_id).order_by(d.created_at, d.id)
    return tuple(DisputeState(*row) for row in connection.execute(statement))


def count_outcomes(connection: Connection, site: str, since: datetime) -> tuple[int, int]:
    """Charges of a site since then that succeeded, and that were declined."""
    c = charges.c
    statement = (
        select(c.status, func.count().label("number")).where(c.site == site, c.created_at >= since).group_by(c.status)
    )
    found = {row.status: row.number for row in connection.execute(statement)}
    return found.get("succeeded", 0), found.get("failed", 0)
