"""What an operator should know of the backlog, counted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from service.contributions.mail.outbox_store import MailStatus, mail_outbox
from service.reconciliation.pull_store import pull_cursors
from service.stripe_events.store import EventStatus, stripe_events
from service.stripe_facts.tables_store import charges

PATIENCE_MILLISECONDS = 2000  # whoever scrapes metrics waits for ten seconds at most


@dataclass(frozen=True, slots=True)
class Backlog:
    waiting_count: int
    oldest_waiting_at: datetime | None
    dead_count: int
    oldest_dead_at: datetime | None
    unsent_mail_count: int
    unmatched_charge_count: int
    pulled_through_at: datetime | None


def backlog(connection: Connection) -> Backlog:
    """One look at everything that waits or was given up."""
    events, mails, c = stripe_events.c, mail_outbox.c, charges.c
    waiting = events.status.in_((EventStatus.RECEIVED.value, EventStatus.FAILING.value))
    is_dead = events.status == EventStatus.DEAD.value
    unsent = mails.status.in_((MailStatus.DEAD.value, MailStatus.SENDING.value))
    unmatched = (c.contribution_id.is_(None)) & (c.status == "succeeded")
    row = connection.execute(
        select(
            select(func.count()).where(waiting).scalar_subquery(),
            select(func.min(events.received_at)).where(waiting).scalar_subquery(),
            select(func.count()).where(is_dead).scalar_subquery(),
            select(func.min(events.received_at)).where(is_dead).scalar_subquery(),
            select(func.count()).where(unsent).scalar_subquery(),
            select(func.count()).where(unmatched).scalar_subquery(),
            select(func.min(pull_cursors.c.pulled_through_at)).scalar_subquery(),
        )
    ).one()
    return Backlog(*row)


def unworked_counts(connection: Connection) -> dict[str, int]:
    """How many events wait and how many were given up, counted in indexes that hold no others."""
    connection.execute(text(f"SET LOCAL statement_timeout = {PATIENCE_MILLISECONDS}"))
    status = stripe_events.c.status
    waiting = select(func.count()).where(status.in_((EventStatus.RECEIVED.value, EventStatus.FAILING.value)))
    dead = select(func.count()).where(status == EventStatus.DEAD.value)
    row = connection.execute(select(waiting.scalar_subquery().label("waiting"), dead.scalar_subquery().label("dead")))
    return dict(row.one()._mapping)
