"""Locks objects for a refresh, and saves what the refresh found: facts, derived state and finished events.

Everything that one refresh found is saved in one transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ARRAY, Connection, Engine, Text, bindparam, func, select

from service.contributions.apply_facts import concern_forgotten
from service.reconciliation.consequences_store import record
from service.stripe_events import store
from service.stripe_events.store import InboxEvent
from service.stripe_gateway.events import ObjectRef, ObjectType
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.fields import UnreadableObjectError


@dataclass(frozen=True, slots=True)
class Refresh:
    """The facts fetched for one object, or the error of the fetch, and the events that named the object."""

    ref: ObjectRef
    events: tuple[InboxEvent, ...]
    facts: tuple[Fact, ...] = ()
    error: Exception | None = None

    @property
    def event_ids(self) -> tuple[str, ...]:
        return tuple(event.id for event in self.events)

    @property
    def is_hopeless(self) -> bool:
        """Whether a retry cannot succeed: the event names an object that exists neither here nor at Stripe."""
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


def save_refreshes(connection: Connection, refreshes: Sequence[Refresh], now: datetime) -> list[Refresh]:
    """Save facts, derived state and finished events together; if that fails, save each refresh by itself.

    Returns the refreshes that could not be saved, each with its error.
    """
    if not refreshes:
        return []
    try:
        with connection.begin_nested():
            _save(connection, refreshes, now)
    except Exception as error:  # an error of one object must not stop the others
        if len(refreshes) == 1:
            return [replace(refreshes[0], error=error)]
        return [failed for refresh in refreshes for failed in save_refreshes(connection, [refresh], now)]
    return []


def _save(connection: Connection, refreshes: Sequence[Refresh], now: datetime) -> None:
    facts = [fact for refresh in refreshes for fact in refresh.facts]
    record(connection, facts, now)
    store.finish_events(connection, [event_id for refresh in refreshes for event_id in refresh.event_ids], now)
    if concern_forgotten(connection, facts):
        for refresh in refreshes:
            if concern_forgotten(connection, refresh.facts):
                store.scrub_bodies(connection, refresh.event_ids)
