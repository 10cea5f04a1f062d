"""The queue of objects whose entries must be computed again. Facts add a row whenever they change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ARRAY, BigInteger, Connection, any_, bindparam, delete, insert, select

from service.stripe_facts.tables_store import posting_queue


@dataclass(frozen=True, slots=True)
class QueuedObject:
    """A row of the queue: an object by its kind (such as `charge`) and id."""

    number: int
    kind: str
    object_id: str


def oldest_queued(connection: Connection, limit: int) -> list[QueuedObject]:
    """Return the oldest rows of the queue, at most `limit`."""
    statement = select(posting_queue).order_by(posting_queue.c.id).limit(limit)
    return [QueuedObject(row.id, row.kind, row.object_id) for row in connection.execute(statement)]


def remove_queued(connection: Connection, rows: Collection[QueuedObject]) -> None:
    """Delete these rows from the queue."""
    numbers = bindparam(None, [row.number for row in rows], ARRAY(BigInteger))
    connection.execute(delete(posting_queue).where(posting_queue.c.id == any_(numbers)))


def queue_objects(connection: Connection, objects: Iterable[tuple[str, str]]) -> None:
    """Add a row for each (kind, id)."""
    connection.execute(insert(posting_queue), [{"kind": kind, "object_id": object_id} for kind, object_id in objects])
