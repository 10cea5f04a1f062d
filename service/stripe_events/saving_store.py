"""Save events that arrive, and queue the job that works on them, in a single statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.database.transaction import DriverConnection
from service.stripe_events.store import EventStatus
from service.stripe_gateway.events import EventEnvelope

# It is plain SQL on the driver, because SQLAlchemy would take as long as the statement itself. It does not call
# procrastinate's own function, which fails if another process has just queued the job, and whose notifications make
# commits wait in turn. Events are saved in the order of their ids, so that two processes never wait for each other.
_SAVE_EVENTS = """
WITH saved AS (
    INSERT INTO stripe_events (id, type, is_livemode, api_version, created_at, object_type, object_id, sealed_body,
        received_at, status, attempt_count, next_attempt_at, finished_at, last_error)
    SELECT id, type, is_livemode, api_version, created_at, object_type, object_id, sealed_body,
        received_at, status, 0, received_at, finished_at, error
    FROM unnest(%s::text[], %s::text[], %s::bool[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %b::bytea[],
        %s::timestamptz[], %s::text[], %s::timestamptz[], %s::text[])
        AS e (id, type, is_livemode, api_version, created_at, object_type, object_id, sealed_body,
            received_at, status, finished_at, error)
    ORDER BY id
    ON CONFLICT DO NOTHING RETURNING id
), queued AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    SELECT job.queue, job.task, job.priority, job.queueing_lock, '{}'
    FROM (VALUES (%s::text, %s::text, %s::int, %s::text)) AS job (queue, task, priority, queueing_lock)
    WHERE job.task IS NOT NULL AND EXISTS (SELECT FROM saved) AND NOT EXISTS (
        SELECT FROM procrastinate_jobs j WHERE j.queueing_lock = job.queueing_lock AND j.status = 'todo'
    )
    ON CONFLICT DO NOTHING
)
SELECT id FROM saved
"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be saved, with its first status. `error` is the reason why it is ignored, if there is one."""

    event: EventEnvelope
    sealed_body: bytes | None
    status: EventStatus
    received_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class JobSlot:
    """The columns of a job to be queued. The queueing lock allows only one waiting job."""

    task: str
    queue: str
    priority: int
    queueing_lock: str


def save_events(connection: DriverConnection, events: Sequence[NewEvent], job: JobSlot | None) -> set[str]:
    """Save events and queue `job` for them, unless it is queued already. Return the ids of the events that are new.

    An event that is in the inbox already is left as it is. If another process is saving an event of these, this waits
    for its commit.
    """
    columns = [list(column) for column in zip(*map(_row, events), strict=True)]
    slot = (job.queue, job.task, job.priority, job.queueing_lock) if job else (None,) * 4
    return {event_id for (event_id,) in connection.execute(_SAVE_EVENTS, (*columns, *slot))}


def _row(new_event: NewEvent) -> tuple[object, ...]:
    event, now = new_event.event, new_event.received_at
    ref = event.object_ref
    return (
        event.id,
        event.type,
        event.is_livemode,
        event.api_version,
        event.created_at,
        ref.type.value if ref else None,
        ref.id if ref else event.object_id,
        new_event.sealed_body,
        now,
        new_event.status.value,
        None if new_event.status in {EventStatus.RECEIVED, EventStatus.DEAD} else now,
        new_event.error,
    )
