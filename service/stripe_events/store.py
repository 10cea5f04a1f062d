"""The inbox: every event Stripe sent, kept before it is answered, and how far we are with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    func,
    select,
    text,
    update,
)

from service.database.columns import INSTANT, is_in
from service.database.metadata import metadata
from service.database.transaction import DriverConnection
from service.stripe_gateway.events import EventEnvelope
from service.stripe_gateway.objects import ObjectRef, ObjectType

MAX_ERROR_CHARACTERS = 300


class EventStatus(StrEnum):
    """`received` and `failing` are still to be worked on; the others rest."""

    RECEIVED = "received"
    FAILING = "failing"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"


_WAITING = (EventStatus.RECEIVED.value, EventStatus.FAILING.value)

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


# One round trip, and one transaction where none is open: the event, and the job that will work on what is due unless
# one waits already. Plain SQL on the driver, as SQLAlchemy's part would take as long as the statement. Not the queue's
# own function: it fails where a rival has queued the job, and notifies the worker each time, one commit after another.
_KEEP_EVENT = """
WITH kept AS (
    INSERT INTO stripe_events (id, type, is_livemode, api_version, created_at, object_type, object_id, sealed_body,
        received_at, status, attempt_count, next_attempt_at, finished_at, last_error)
    VALUES (%(id)s, %(type)s, %(is_livemode)s, %(api_version)s, %(created_at)s, %(object_type)s, %(object_id)s,
        %(sealed_body)s, %(now)s, %(status)s, 0, %(now)s, %(finished_at)s, %(error)s)
    ON CONFLICT DO NOTHING RETURNING id
), queued AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    SELECT %(queue)s::text, %(task)s::text, %(priority)s::int, %(queueing_lock)s::text, '{}' FROM kept
    WHERE %(task)s::text IS NOT NULL AND NOT EXISTS (
        SELECT FROM procrastinate_jobs WHERE queueing_lock = %(queueing_lock)s::text AND status = 'todo'
    )
    ON CONFLICT DO NOTHING
)
SELECT id FROM kept
"""


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """One row of the inbox, without its body."""

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


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it came in, and what is to become of it."""

    event: EventEnvelope
    sealed_body: bytes | None
    status: EventStatus
    received_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class JobSlot:
    """Where the queue shall put a job that waits at most once."""

    task: str
    queue: str
    priority: int
    queueing_lock: str


def keep_event(connection: DriverConnection, arrival: NewEvent, job: JobSlot | None) -> bool:
    """Keep an event, and see that a job waits for it if it gets one; False for a repeat, which changes nothing.

    The insert is the claim: it waits for a rival.
    """
    event, now = arrival.event, arrival.received_at
    ref = event.object_ref
    values = {
        "id": event.id,
        "type": event.type,
        "is_livemode": event.is_livemode,
        "api_version": event.api_version,
        "created_at": event.created_at,
        "object_type": ref.type.value if ref else None,
        "object_id": ref.id if ref else event.object_id,
        "sealed_body": arrival.sealed_body,
        "now": now,
        "status": arrival.status.value,
        "finished_at": None if arrival.status in {EventStatus.RECEIVED, EventStatus.DEAD} else now,
        "error": arrival.error,
        "task": job.task if job else None,
        "queue": job.queue if job else None,
        "priority": job.priority if job else None,
        "queueing_lock": job.queueing_lock if job else None,
    }
    return connection.execute(_KEEP_EVENT, values).fetchone() is not None


def due_events(
    connection: Connection, refs: Collection[ObjectRef], now: datetime
) -> dict[ObjectRef, tuple[InboxEvent, ...]]:
    """What waits for each of these objects and is due, oldest first; objects without any are left out."""
    c = stripe_events.c
    statement = (
        select(stripe_events)
        .where(is_in(c.object_id, [ref.id for ref in refs]), c.status.in_(_WAITING), c.next_attempt_at <= now)
        .order_by(c.received_at, c.id)
    )
    found: dict[ObjectRef, tuple[InboxEvent, ...]] = {}
    for event in map(_event, connection.execute(statement)):
        if event.object_ref is not None and event.object_ref in refs:
            found[event.object_ref] = (*found.get(event.object_ref, ()), event)
    return found


def due_objects(connection: Connection, now: datetime, limit: int) -> tuple[ObjectRef, ...]:
    """Objects that have waited longest, at most `limit`."""
    c = stripe_events.c
    statement = (
        select(c.object_type, c.object_id)
        .where(c.status.in_(_WAITING), c.next_attempt_at <= now, c.object_type.is_not(None))
        .group_by(c.object_type, c.object_id)
        .order_by(func.min(c.next_attempt_at), c.object_id)
        .limit(limit)
    )
    return tuple(ObjectRef(ObjectType(row.object_type), row.object_id) for row in connection.execute(statement))


def finish_events(connection: Connection, event_ids: Sequence[str], now: datetime) -> None:
    c = stripe_events.c
    statement = update(stripe_events).where(is_in(c.id, event_ids))
    connection.execute(statement.values(status=EventStatus.DONE.value, finished_at=now, last_error=None))


def fail_event(connection: Connection, event_id: str, error: str, next_attempt_at: datetime | None) -> None:
    """Count a failed attempt; without a next attempt the event is dead until a person requeues it."""
    c = stripe_events.c
    status = EventStatus.DEAD if next_attempt_at is None else EventStatus.FAILING
    statement = update(stripe_events).where(c.id == event_id, c.status.in_(_WAITING))
    statement = statement.values(
        status=status.value, attempt_count=c.attempt_count + 1, last_error=error[:MAX_ERROR_CHARACTERS]
    )
    if next_attempt_at is not None:
        statement = statement.values(next_attempt_at=next_attempt_at)
    connection.execute(statement)


def requeue_events(connection: Connection, now: datetime, event_ids: Sequence[str] | None = None) -> tuple[str, ...]:
    """Give dead events (these, or all) their attempts back; their ids. One that names no object has nothing to try."""
    c = stripe_events.c
    statement = update(stripe_events).where(c.status == EventStatus.DEAD.value, c.object_type.is_not(None))
    if event_ids is not None:
        statement = statement.where(c.id.in_(event_ids))
    statement = statement.values(status=EventStatus.RECEIVED.value, attempt_count=0, next_attempt_at=now)
    return tuple(connection.execute(statement.returning(c.id)).scalars())


def list_events(connection: Connection, status: EventStatus | None, limit: int) -> tuple[InboxEvent, ...]:
    """The newest events, of one status or all."""
    statement = select(stripe_events).order_by(stripe_events.c.received_at.desc(), stripe_events.c.id).limit(limit)
    if status is not None:
        statement = statement.where(stripe_events.c.status == status.value)
    return tuple(_event(row) for row in connection.execute(statement))


def events_of(connection: Connection, object_ids: Collection[str], limit: int) -> tuple[InboxEvent, ...]:
    """The events that told of these objects, oldest first."""
    statement = select(stripe_events).where(stripe_events.c.object_id.in_(object_ids))
    statement = statement.order_by(stripe_events.c.received_at, stripe_events.c.id).limit(limit)
    return tuple(_event(row) for row in connection.execute(statement))


def find_event(connection: Connection, event_id: str) -> InboxEvent | None:
    row = connection.execute(select(stripe_events).where(stripe_events.c.id == event_id)).first()
    return _event(row) if row else None


def sealed_body(connection: Connection, event_id: str) -> bytes | None:
    """The sealed raw body, None once it was scrubbed."""
    return connection.scalar(select(stripe_events.c.sealed_body).where(stripe_events.c.id == event_id))


def known_ids(connection: Connection, event_ids: Sequence[str]) -> frozenset[str]:
    """Which of these are in the inbox."""
    statement = select(stripe_events.c.id).where(stripe_events.c.id.in_(event_ids))
    return frozenset(connection.execute(statement).scalars())


def waiting_among(connection: Connection, object_ids: Sequence[str]) -> frozenset[str]:
    """Which of these objects are still to be looked at, as their events wait here."""
    c = stripe_events.c
    statement = select(c.object_id).where(c.object_id.in_(object_ids), c.status.in_(_WAITING)).distinct()
    return frozenset(connection.execute(statement).scalars())


def count_by_status(connection: Connection) -> dict[EventStatus, int]:
    statement = select(stripe_events.c.status, func.count()).group_by(stripe_events.c.status)
    return {EventStatus(status): count for status, count in connection.execute(statement)}


def oldest_waiting_at(connection: Connection) -> datetime | None:
    """When the event that waits longest arrived."""
    statement = select(func.min(stripe_events.c.received_at)).where(stripe_events.c.status.in_(_WAITING))
    found: datetime | None = connection.scalar(statement)
    return found


def scrub_bodies_before(connection: Connection, received_before: datetime) -> int:
    """Empty raw bodies past their time; how many."""
    c = stripe_events.c
    statement = update(stripe_events).where(c.received_at < received_before, c.sealed_body.is_not(None))
    return connection.execute(statement.values(sealed_body=None)).rowcount


def scrub_bodies(connection: Connection, event_ids: Sequence[str]) -> None:
    """Empty the raw bodies of these events."""
    c = stripe_events.c
    connection.execute(update(stripe_events).where(c.id.in_(event_ids)).values(sealed_body=None))


def sealed_bodies_after(connection: Connection, event_id: str, limit: int) -> tuple[tuple[str, bytes], ...]:
    """Sealed bodies with their event ids, in the order of the ids."""
    c = stripe_events.c
    statement = select(c.id, c.sealed_body).where(c.id > event_id, c.sealed_body.is_not(None)).order_by(c.id)
    return tuple((row.id, bytes(row.sealed_body)) for row in connection.execute(statement.limit(limit)))


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
