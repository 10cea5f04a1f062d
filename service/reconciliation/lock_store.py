"""Lock Stripe objects, so that only one process at a time refreshes or refunds an object."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import ARRAY, Connection, Engine, Text, bindparam, func, select

from service.database.transaction import connected
from service.stripe_gateway.objects import ObjectRef


@contextmanager
def locked_objects(engine: Engine, refs: Collection[ObjectRef]) -> Iterator[tuple[Connection, tuple[ObjectRef, ...]]]:
    """Lock those of these objects that no other process has locked; yield a connection and the locked objects.

    The locks belong to the connection: they outlast its transactions, and the database releases them if the connection
    is lost.
    """
    with connected(engine) as connection:
        try:
            locked = _lock_free_objects(connection, refs)
            connection.commit()
            yield connection, locked
        finally:
            connection.rollback()
            connection.execute(select(func.pg_advisory_unlock_all()))
            connection.commit()


def _lock_free_objects(connection: Connection, refs: Collection[ObjectRef]) -> tuple[ObjectRef, ...]:
    name = func.unnest(bindparam(None, sorted({ref.lock for ref in refs}), ARRAY(Text))).column_valued("name")
    has_locked = func.pg_try_advisory_lock(func.hashtextextended(name, 0))
    locked = frozenset(connection.execute(select(name).where(has_locked)).scalars())
    return tuple(ref for ref in refs if ref.lock in locked)
