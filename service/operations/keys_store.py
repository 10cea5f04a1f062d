"""SQL of the fingerprints of the secret keys that this database was used with."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, inspect, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

key_fingerprints = Table(
    "key_fingerprints",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("first_seen_at", INSTANT, nullable=False),
)


def has_fingerprints(connection: Connection) -> bool:
    """Return whether the database has the table. One that waits for an upgrade may lack it."""
    return inspect(connection).has_table(key_fingerprints.name)


def seen_fingerprints(connection: Connection) -> frozenset[str]:
    """Return the fingerprints of all keys that this database was used with."""
    return frozenset(connection.execute(select(key_fingerprints.c.fingerprint)).scalars())


def add_fingerprints(connection: Connection, fingerprints: Iterable[str], now: datetime) -> None:
    """Add fingerprints that are new."""
    rows = [{"fingerprint": fingerprint, "first_seen_at": now} for fingerprint in fingerprints]
    connection.execute(insert(key_fingerprints).values(rows).on_conflict_do_nothing())
