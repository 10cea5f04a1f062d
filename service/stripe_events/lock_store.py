"""One object at a time: whoever holds its lock may look at it or change it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import ARRAY, Connection, Engine, Text, bindparam, func, select

from service.stripe_events.event_objects import ObjectRef


@contextmanager
def held_objects(engine: Engine, refs: Collection[ObjectRef]) -> Iterator[tuple[Connection, tuple[ObjectRef, ...]]]:
    """A connection without a transaction, and those of the objects that are ours until it is given back.

    The locks are the connection's own: they outlast its transactions, and go with it should it be lost.
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
    """Those of the objects whose locks were free."""
    name = func.unnest(bindparam(None, sorted({ref.lock for ref in refs}), ARRAY(Text))).column_valued("name")
    is_free = func.pg_try_advisory_lock(func.hashtextextended(name, 0))
    ours = frozenset(connection.execute(select(name).where(is_free)).scalars())
    return tuple(ref for ref in refs if ref.lock in ours)
