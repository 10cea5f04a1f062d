"""The inbox: every event that Stripe sent, saved before Stripe gets an answer, with the state of the work on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    text,
    true,
    update,
)

from service.database.columns import INSTANT, is_in
from service.database.metadata import metadata
from service.stripe_gateway.event_types import OUTCOME_EVENTS
from service.stripe_gateway.objects import ObjectRef, ObjectType

MAX_ERROR_CHARACTERS = 300


class EventStatus(StrEnum):
    """The state of the work on an event. `received` and `failing` wait for work, all others are finished."""

    RECEIVED = "received"
    FAILING = "failing"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"


WAITING_STATUSES = (EventStatus.RECEIVED.value, EventStatus.FAILING.value)

stripe_events = Table(
    "stripe_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("is_livemode", Boolean, nullable=False),
    Column("api_version", Text),
    Column("created_at", INSTANT),
    Column("object_type", Text),
    Column("object_id", Text),
    Column("sealed_body", LargeBinary),
    Column("received_at", INSTANT, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt_count", Integer, nullable=False),
    Column("next_attempt_at", INSTANT, nullable=False),
    Column("finished_at", INSTANT),
    Column("last_error", Text),
    CheckConstraint("status IN ('received', 'failing', 'done', 'ignored', 'dead')", name="status"),
    Index(None, "next_attempt_at", postgresql_where=text("status IN ('received', 'failing')")),
    Index(None, "object_id"),
    Index(None, "received_at"),
    Index("ix_stripe_events_dead", "received_at", postgresql_where=text("status = 'dead'")),
)


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """A row of the inbox, without its body."""

    id: str
    type: str
    status: EventStatus
    received_at: datetime
    created_at: datetime | None
    object_ref: ObjectRef | None
    attempt_count: int
    next_attempt_at: datetime
    last_error: str | None
    api_version: str | None


def due_events(
    connection: Connection, refs: Collection[ObjectRef], now: datetime
) -> dict[ObjectRef, tuple[InboxEvent, ...]]:
    """Return the due events of each object, oldest first. Objects without due events are left out."""
    c = stripe_events.c
    statement = (
        select(stripe_events)
        .where(is_in(c.object_id, [ref.id for ref in refs]), c.status.in_(WAITING_STATUSES), c.next_attempt_at <= now)
        .order_by(c.received_at, c.id)
    )
    found: dict[ObjectRef, tuple[InboxEvent, ...]] = {}
    for event in map(_event, connection.execute(statement)):
        if event.object_ref is not None and event.object_ref in refs:
            found[event.object_ref] = (*found.get(event.object_ref, ()), event)
    return found


def due_objects(connection: Connection, now: datetime, limit: int) -> tuple[ObjectRef, ...]:
    """Return the objects that have due events, those that have waited longest first, at most `limit`."""
    c = stripe_events.c
    statement = (
        select(c.object_type, c.object_id)
        .where(c.status.in_(WAITING_STATUSES), c.next_attempt_at <= now, c.object_type.is_not(None))
        .group_by(c.object_type, c.object_id)
        .order_by(func.min(c.next_attempt_at), c.object_id)
        .limit(limit)
    )
    return tuple(ObjectRef(ObjectType(row.object_type), row.object_id) for row in connection.execute(statement))


def finish_events(connection: Connection, event_ids: Sequence[str], now: datetime) -> None:
    """Mark events as done."""
    c = stripe_events.c
    statement = update(stripe_events).where(is_in(c.id, event_ids))
    connection.execute(statement.values(status=EventStatus.DONE.value, finished_at=now, last_error=None))


def fail_event(connection: Connection, event_id: str, error: str, next_attempt_at: datetime | None) -> None:
    """Count a failed attempt. If `next_attempt_at` is None, the event is dead: it is not tried again until requeued."""
    c = stripe_events.c
    status = EventStatus.DEAD if next_attempt_at is None else EventStatus.FAILING
    statement = update(stripe_events).where(c.id == event_id, c.status.in_(WAITING_STATUSES))
    statement = statement.values(
        status=status.value, attempt_count=c.attempt_count + 1, last_error=error[:MAX_ERROR_CHARACTERS]
    )
    if next_attempt_at is not None:
        statement = statement.values(next_attempt_at=next_attempt_at)
    connection.execute(statement)


def requeue_events(connection: Connection, now: datetime, event_ids: Sequence[str] | None = None) -> tuple[str, ...]:
    """Make dead events due again, with all their attempts. Return the ids of the events that were requeued.

    `event_ids` None means every dead event. An event that names no object stays dead: there is nothing to fetch.
    """
    condition = true() if event_ids is None else stripe_events.c.id.in_(event_ids)
    return _requeue_dead(connection, condition, now)


def requeue_failed_with(
    connection: Connection, error_names: Sequence[str], last_attempt_after: datetime, now: datetime
) -> tuple[str, ...]:
    """Make events due again that died of one of these errors, if their last attempt was due after `last_attempt_after`.

    Return the ids of the events that were requeued.
    """
    c = stripe_events.c
    died_of_it = or_(*(c.last_error.startswith(name) for name in error_names))
    return _requeue_dead(connection, and_(died_of_it, c.next_attempt_at > last_attempt_after), now)


def _requeue_dead(connection: Connection, condition: ColumnElement[bool], now: datetime) -> tuple[str, ...]:
    c = stripe_events.c
    statement = (
        update(stripe_events)
        .where(c.status == EventStatus.DEAD.value, c.object_type.is_not(None), condition)
        .values(status=EventStatus.RECEIVED.value, attempt_count=0, next_attempt_at=now)
    )
    return tuple(connection.execute(statement.returning(c.id)).scalars())


def list_events(connection: Connection, status: EventStatus | None, limit: int) -> tuple[InboxEvent, ...]:
    """Return the newest events, newest first. `status` None means every status."""
    statement = select(stripe_events).order_by(stripe_events.c.received_at.desc(), stripe_events.c.id).limit(limit)
    if status is not None:
        statement = statement.where(stripe_events.c.status == status.value)
    return tuple(_event(row) for row in connection.execute(statement))


def events_of(connection: Connection, object_ids: Collection[str], limit: int) -> tuple[InboxEvent, ...]:
    """Return the events about these objects, oldest first, at most `limit`."""
    c = stripe_events.c
    statement = select(stripe_events).where(c.object_id.in_(object_ids)).order_by(c.received_at, c.id).limit(limit)
    return tuple(_event(row) for row in connection.execute(statement))


def find_event(connection: Connection, event_id: str) -> InboxEvent | None:
    """Return an event, or None if it is not in the inbox."""
    row = connection.execute(select(stripe_events).where(stripe_events.c.id == event_id)).first()
    return _event(row) if row else None


def known_ids(connection: Connection, event_ids: Sequence[str]) -> frozenset[str]:
    """Return those of these ids that are in the inbox."""
    statement = select(stripe_events.c.id).where(stripe_events.c.id.in_(event_ids))
    return frozenset(connection.execute(statement).scalars())


def objects_with_waiting_events(connection: Connection, object_ids: Sequence[str]) -> frozenset[str]:
    """Return the ids of those objects that still have an event to work on."""
    c = stripe_events.c
    statement = select(c.object_id).where(c.object_id.in_(object_ids), c.status.in_(WAITING_STATUSES)).distinct()
    return frozenset(connection.execute(statement).scalars())


def outcome_times(connection: Connection, object_ids: Sequence[str]) -> dict[str, datetime]:
    """Return when these objects last reached an outcome, by object id, as far as an event said so."""
    c = stripe_events.c
    statement = (
        select(c.object_id, func.max(c.created_at).label("outcome_at"))
        .where(c.object_id.in_(object_ids), c.type.in_(OUTCOME_EVENTS), c.created_at.is_not(None))
        .group_by(c.object_id)
    )
    return {row.object_id: row.outcome_at for row in connection.execute(statement)} if object_ids else {}


def _event(row: Row[tuple[object, ...]]) -> InboxEvent:
    return InboxEvent(
        id=row.id,
        type=row.type,
        status=EventStatus(row.status),
        received_at=row.received_at,
        created_at=row.created_at,
        object_ref=ObjectRef(ObjectType(row.object_type), row.object_id) if row.object_type else None,
        attempt_count=row.attempt_count,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
        api_version=row.api_version,
    )
