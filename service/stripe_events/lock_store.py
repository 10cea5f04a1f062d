"""One object at a time: whoever holds its lock may look at it or change it, until their transaction ends."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Connection, Text, bindparam, func, select

from service.stripe_events.event_objects import ObjectRef


def lock_objects(connection: Connection, refs: Collection[ObjectRef]) -> tuple[ObjectRef, ...]:
    """Those of the objects that this transaction may work on: nobody else is."""
    name = func.unnest(bindparam(None, sorted({ref.lock for ref in refs}), ARRAY(Text))).column_valued("name")
    is_ours = func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))
    ours = frozenset(connection.execute(select(name).where(is_ours)).scalars())
    return tuple(ref for ref in refs if ref.lock in ours)
