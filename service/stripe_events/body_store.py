"""The raw bodies of events. They hold personal data, so they are sealed, and can be emptied without the event."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from service.database.columns import is_in
from service.stripe_events.store import stripe_events


def sealed_body(connection: Connection, event_id: str) -> bytes | None:
    """Return the sealed body of an event, or None if it was emptied or there is no such event."""
    return connection.scalar(select(stripe_events.c.sealed_body).where(stripe_events.c.id == event_id))


def sealed_bodies(connection: Connection, event_ids: Collection[str]) -> tuple[tuple[str, bytes], ...]:
    """Return (event id, sealed body) for those of these events that have a body."""
    c = stripe_events.c
    statement = select(c.id, c.sealed_body).where(is_in(c.id, event_ids), c.sealed_body.is_not(None)).order_by(c.id)
    return tuple((row.id, bytes(row.sealed_body)) for row in connection.execute(statement))


def sealed_bodies_after(connection: Connection, event_id: str, limit: int) -> tuple[tuple[str, bytes], ...]:
    """Return (event id, sealed body) for events whose id sorts after `event_id`, in the order of the ids."""
    c = stripe_events.c
    statement = select(c.id, c.sealed_body).where(c.id > event_id, c.sealed_body.is_not(None)).order_by(c.id)
    return tuple((row.id, bytes(row.sealed_body)) for row in connection.execute(statement.limit(limit)))


def scrub_bodies_before(connection: Connection, received_before: datetime) -> int:
    """Empty the bodies of events received before this time. Return how many were emptied."""
    c = stripe_events.c
    statement = update(stripe_events).where(c.received_at < received_before, c.sealed_body.is_not(None))
    return connection.execute(statement.values(sealed_body=None)).rowcount


def scrub_bodies(connection: Connection, event_ids: Sequence[str]) -> None:
    """Empty the bodies of these events."""
    c = stripe_events.c
    connection.execute(update(stripe_events).where(c.id.in_(event_ids)).values(sealed_body=None))
