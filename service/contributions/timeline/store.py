"""SQL that reads the history of a contribution."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select
from sqlalchemy.sql import Select

from service.contributions.mail.outbox_store import mail_outbox
from service.contributions.portal.store import portal_links
from service.contributions.store import contributions
from service.contributions.timeline.history import (
    ContributionHistory,
    PastDispute,
    PastLink,
    PastMail,
    PastRefund,
    PastSubscription,
    Payment,
)
from service.money import Interval, Money
from service.stripe_facts.checkout_store import subscriptions
from service.stripe_facts.tables_store import balance_transactions, charges, disputes, fact_transitions, refunds

Rows = Sequence[Row[tuple[object, ...]]]


def history_of(connection: Connection, contribution_id: str) -> ContributionHistory | None:
    """Return the history of a contribution, or None if there is none with this id."""
    row = connection.execute(select(contributions).where(contributions.c.id == contribution_id)).first()
    if row is None:
        return None
    return ContributionHistory(
        started_at=row.created_at,
        asked=Money(row.amount_minor, row.currency),
        interval=Interval(row.interval),
        campaign=row.campaign,
        page_id=row.page_id,
        checkout_expired_at=row.expires_at if row.state == "expired" else None,
        forgotten_at=row.forgotten_at,
        payments=payments_of(connection, contribution_id),
        refunds=tuple(map(_refund, _of_charges(connection, refunds, contribution_id))),
        disputes=tuple(map(_dispute, _of_charges(connection, disputes, contribution_id))),
        subscriptions=tuple(map(_subscription, _marked(connection, subscriptions, contribution_id))),
        mails=_mails(connection, contribution_id),
        links=_links(connection, contribution_id),
    )


def payments_of(connection: Connection, contribution_id: str) -> tuple[Payment, ...]:
    """Return the payments of a contribution, the oldest first."""
    charge, moved = charges.c, balance_transactions.c
    statement = (
        select(charges, moved.fee_minor, moved.currency.label("fee_currency"), _settled_at(charges))
        .join_from(charges, balance_transactions, moved.id == charge.balance_transaction_id, isouter=True)
        .where(charge.contribution_id == contribution_id)
        .order_by(charge.created_at, charge.id)
    )
    return tuple(
        Payment(
            id=row.id,
            status=row.status,
            amount=Money(row.amount_minor, row.currency),
            created_at=row.created_at,
            settled_at=row.settled_at,
            failure_code=row.failure_code,
            method=row.payment_method_type,
            card_brand=row.card_brand,
            card_last4=row.card_last4,
            captured_minor=row.amount_captured_minor,
            refunded_minor=row.amount_refunded_minor,
            is_disputed=row.is_disputed,
            fee=Money(row.fee_minor, row.fee_currency) if row.fee_minor is not None else None,
        )
        for row in connection.execute(statement)
    )


def _settled_at(table: Table) -> ColumnElement[object]:
    """Return the time at which an object of this table reached its present status. It is null if that is unknown."""
    c = fact_transitions.c
    reached = select(c.seen_at).where(c.object_id == table.c.id, c.transition == table.c.status)
    return reached.scalar_subquery().label("settled_at")


def _of_charges(connection: Connection, table: Table, contribution_id: str) -> Rows:
    statement: Select[tuple[object, ...]] = (
        select(table, _settled_at(table))
        .join_from(table, charges, charges.c.id == table.c.charge_id)
        .where(charges.c.contribution_id == contribution_id)
        .order_by(table.c.created_at, table.c.id)
    )
    return connection.execute(statement).all()


def _marked(connection: Connection, table: Table, contribution_id: str) -> Rows:
    statement = select(table).where(table.c.contribution_id == contribution_id).order_by(table.c.created_at)
    return connection.execute(statement).all()


def _refund(row: Row[tuple[object, ...]]) -> PastRefund:
    return PastRefund(
        row.id,
        row.status,
        Money(row.amount_minor, row.currency),
        row.created_at,
        row.settled_at,
        row.requested_by,
        row.failure_reason,
    )


def _dispute(row: Row[tuple[object, ...]]) -> PastDispute:
    return PastDispute(
        row.id,
        row.status,
        Money(row.amount_minor, row.currency),
        row.created_at,
        row.settled_at,
        row.reason,
        row.evidence_due_at,
    )


def _subscription(row: Row[tuple[object, ...]]) -> PastSubscription:
    ends_at = row.cancel_at or (row.current_period_ends_at if row.is_cancel_at_period_end else None)
    return PastSubscription(
        row.id,
        row.created_at,
        row.canceled_at,
        ends_at,
        row.ended_at,
        row.cancellation_reason,
        row.cancellation_feedback,
    )


def _mails(connection: Connection, contribution_id: str) -> tuple[PastMail, ...]:
    c = mail_outbox.c
    at = func.coalesce(c.finished_at, c.next_attempt_at).label("at")
    statement = select(c.key, c.kind, c.status, at, c.last_error).where(c.contribution_id == contribution_id)
    return tuple(PastMail(*row) for row in connection.execute(statement.order_by(at, c.key)))


def _links(connection: Connection, contribution_id: str) -> tuple[PastLink, ...]:
    c = portal_links.c
    statement = select(c.created_at, c.used_at).where(c.contribution_id == contribution_id).order_by(c.created_at)
    return tuple(PastLink(*row) for row in connection.execute(statement))
