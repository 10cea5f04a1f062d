"""Counts of the inbox for operators: events by status, and how long the oldest have waited."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from service.stripe_events.store import WAITING_STATUSES, EventStatus, stripe_events

COUNT_TIMEOUT_MILLISECONDS = 2000  # Prometheus gives up on a scrape after ten seconds


@dataclass(frozen=True, slots=True)
class EventBacklog:
    """How many events wait for work or are dead, and when the oldest of each arrived (None if there is none)."""

    waiting_count: int
    oldest_waiting_at: datetime | None
    dead_count: int
    oldest_dead_at: datetime | None


def event_backlog(connection: Connection) -> EventBacklog:
    """Count the events that wait for work and those that are dead."""
    c = stripe_events.c
    is_waiting, is_dead = c.status.in_(WAITING_STATUSES), c.status == EventStatus.DEAD.value
    row = connection.execute(
        select(
            select(func.count()).where(is_waiting).scalar_subquery(),
            select(func.min(c.received_at)).where(is_waiting).scalar_subquery(),
            select(func.count()).where(is_dead).scalar_subquery(),
            select(func.min(c.received_at)).where(is_dead).scalar_subquery(),
        )
    ).one()
    return EventBacklog(*row)


def unfinished_counts(connection: Connection) -> dict[str, int]:
    """Count the events that are `waiting` or `dead`, for the metrics.

    Each count reads a partial index that holds only such events. The database cancels it after two seconds.
    """
    connection.execute(text(f"SET LOCAL statement_timeout = {COUNT_TIMEOUT_MILLISECONDS}"))
    status = stripe_events.c.status
    waiting = select(func.count()).where(status.in_(WAITING_STATUSES))
    dead = select(func.count()).where(status == EventStatus.DEAD.value)
    row = connection.execute(select(waiting.scalar_subquery().label("waiting"), dead.scalar_subquery().label("dead")))
    return dict(row.one()._mapping)


def oldest_waiting_event(connection: Connection) -> datetime | None:
    """Return when the oldest event arrived that waits for work, or None if no event waits."""
    c = stripe_events.c
    found: datetime | None = connection.scalar(select(func.min(c.received_at)).where(c.status.in_(WAITING_STATUSES)))
    return found


def count_by_status(connection: Connection) -> dict[EventStatus, int]:
    """Count all events by status. A status without events is left out."""
    statement = select(stripe_events.c.status, func.count()).group_by(stripe_events.c.status)
    return {EventStatus(status): count for status, count in connection.execute(statement)}
