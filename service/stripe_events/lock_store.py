"""One object at a time: whoever holds its lock may look at it or change it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import ARRAY, Connection, Engine, Text, bindparam, func, select
from sqlalchemy.sql.functions import Function

from service.stripe_events.event_objects import ObjectRef


def lock_objects(connection: Connection, refs: Collection[ObjectRef]) -> tuple[ObjectRef, ...]:
    """Those of the objects that this transaction may work on until it ends: nobody else is."""
    return _locked(connection, refs, func.pg_try_advisory_xact_lock)


@contextmanager
def held_objects(engine: Engine, refs: Collection[ObjectRef]) -> Iterator[tuple[Connection, tuple[ObjectRef, ...]]]:
    """A connection without a transaction, and those of the objects that are ours until it is given back.

    The locks are the connection's own: they outlast its transactions, and go with it should it be lost.
    """
    with engine.connect() as connection:
        try:
            ours = _locked(connection, refs, func.pg_try_advisory_lock)
            connection.commit()
            yield connection, ours
        finally:
            connection.rollback()
            connection.execute(select(func.pg_advisory_unlock_all()))
            connection.commit()


def _locked(
    connection: Connection, refs: Collection[ObjectRef], lock: Callable[[Function[int]], Function[bool]]
) -> tuple[ObjectRef, ...]:
    name = func.unnest(bindparam(None, sorted({ref.lock for ref in refs}), ARRAY(Text))).column_valued("name")
    ours = frozenset(connection.execute(select(name).where(lock(func.hashtextextended(name, 0)))).scalars())
    return tuple(ref for ref in refs if ref.lock in ours)
