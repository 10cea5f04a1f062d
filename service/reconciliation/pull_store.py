"""How far the balance has been pulled, which movements and payouts are here, and events to retry after an outage."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, Text, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.errors import StripeUnavailableError
from service.stripe_events.store import EventStatus, stripe_events
from service.stripe_facts.tables_store import balance_transactions, disputes, payouts

pull_cursors = Table(
    "pull_cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("pulled_through_at", INSTANT, nullable=False),
)


def cursor(connection: Connection, name: str) -> datetime | None:
    """The moment up to which everything has been pulled; None before the first complete pull."""
    found: datetime | None = connection.scalar(
        select(pull_cursors.c.pulled_through_at).where(pull_cursors.c.name == name)
    )
    return found


def advance_cursor(connection: Connection, name: str, pulled_through_at: datetime) -> None:
    statement = insert(pull_cursors).values(name=name, pulled_through_at=pulled_through_at)
    new = statement.excluded.pulled_through_at
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"pulled_through_at": new},
            where=new > pull_cursors.c.pulled_through_at,
        )
    )


def newest_movement_at(connection: Connection) -> datetime | None:
    """When the newest movement that is here happened at Stripe."""
    found: datetime | None = connection.scalar(select(func.max(balance_transactions.c.created_at)))
    return found


def known_transactions(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    statement = select(balance_transactions.c.id).where(balance_transactions.c.id.in_(ids))
    return frozenset(connection.execute(statement).scalars())


def unseen_sources(connection: Connection) -> list[tuple[str, str]]:
    """Category and source of movements whose dispute or payout is not here; these are posted all the same."""
    c = balance_transactions.c
    of_dispute = c.reporting_category.in_(("dispute", "dispute_reversal"))
    of_payout = c.reporting_category.in_(("payout", "payout_reversal"))
    statement = select(c.reporting_category, c.source_id).where(
        c.source_id.is_not(None),
        or_(
            and_(of_dispute, ~exists().where(disputes.c.id == c.source_id)),
            and_(of_payout, ~exists().where(payouts.c.id == c.source_id)),
        ),
    )
    return [(row.reporting_category, row.source_id) for row in connection.execute(statement.order_by(c.created_at))]


def known_payouts(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Status and reconciliation status of the payouts that are here, by id."""
    statement = select(payouts.c.id, payouts.c.status, payouts.c.reconciliation_status).where(payouts.c.id.in_(ids))
    return {row.id: (row.status, row.reconciliation_status) for row in connection.execute(statement)}


def requeue_after_outage(
    connection: Connection, pulled_through_at: datetime | None, shortest: timedelta, now: datetime
) -> int:
    """Give dead events that died of an outage of Stripe their attempts back; return how many.

    An event died of an outage if its last attempt came more than `shortest` after the last complete pull: Stripe
    answered no pull in all that time either. An event that failed while Stripe answered other calls stays dead.
    """
    if pulled_through_at is None:
        return 0
    c = stripe_events.c
    statement = update(stripe_events).where(
        c.status == EventStatus.DEAD.value,
        c.object_type.is_not(None),
        c.last_error.startswith(StripeUnavailableError.__name__),
        c.next_attempt_at > pulled_through_at + shortest,
    )
    statement = statement.values(status=EventStatus.RECEIVED.value, attempt_count=0, next_attempt_at=now)
    return connection.execute(statement).rowcount
