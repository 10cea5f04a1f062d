"""Locks objects for a refresh, and saves what the refresh found: facts, derived state and finished events.

Everything that one refresh found is saved in one transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ARRAY, Connection, Engine, Text, bindparam, func, select

from service.contributions.life_store import speaks_of_forgotten
from service.stripe_events import store
from service.stripe_events.event_objects import ObjectRef, ObjectType
from service.stripe_events.record_store import record
from service.stripe_events.store import InboxEvent
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.fields import UnreadableObjectError


@dataclass(frozen=True, slots=True)
class Look:
    """What fetching one object brought, or why it brought nothing, for the events that told of it."""

    ref: ObjectRef
    events: tuple[InboxEvent, ...]
    facts: tuple[Fact, ...] = ()
    error: Exception | None = None

    @property
    def event_ids(self) -> tuple[str, ...]:
        return tuple(event.id for event in self.events)

    @property
    def is_hopeless(self) -> bool:
        """Whether another try cannot bring more: the event names no object, here or at Stripe."""
        return self.ref.type is ObjectType.EVENT and isinstance(self.error, UnreadableObjectError)


@contextmanager
def held_objects(engine: Engine, refs: Collection[ObjectRef]) -> Iterator[tuple[Connection, tuple[ObjectRef, ...]]]:
    """Lock the objects that no other process holds; yield a connection and the objects locked.

    Only the process that holds an object's lock may refresh or change the object. The locks belong to the connection:
    they outlast its transactions, and the database frees them if the connection is lost.
    """
    with engine.connect() as connection:
        try:
            ours = _taken(connection, refs)
            connection.commit()
            yield connection, ours
        finally:
            connection.rollback()
            connection.execute(select(func.pg_advisory_unlock_all()))
            connection.commit()


def _taken(connection: Connection, refs: Collection[ObjectRef]) -> tuple[ObjectRef, ...]:
    """Take the locks that are free, and return their objects."""
    name = func.unnest(bindparam(None, sorted({ref.lock for ref in refs}), ARRAY(Text))).column_valued("name")
    is_free = func.pg_try_advisory_lock(func.hashtextextended(name, 0))
    ours = frozenset(connection.execute(select(name).where(is_free)).scalars())
    return tuple(ref for ref in refs if ref.lock in ours)


def keep_looks(connection: Connection, looks: Sequence[Look], now: datetime) -> list[Look]:
    """Keep what was found, all together, or one by one where that cannot be; those that could not be kept, and why."""
    if not looks:
        return []
    try:
        with connection.begin_nested():
            _keep(connection, looks, now)
    except Exception as error:  # whatever is wrong with one object must not stop the others
        if len(looks) == 1:
            return [replace(looks[0], error=error)]
        return [failed for look in looks for failed in keep_looks(connection, [look], now)]
    return []


def _keep(connection: Connection, looks: Sequence[Look], now: datetime) -> None:
    facts = [fact for look in looks for fact in look.facts]
    record(connection, facts, now)
    store.finish_events(connection, [event_id for look in looks for event_id in look.event_ids], now)
    if speaks_of_forgotten(connection, facts):
        for look in looks:
            if speaks_of_forgotten(connection, look.facts):
                store.scrub_bodies(connection, look.event_ids)
