"""SQL of the table `readers`: a row per signed-in reader, with a keyed hash of the publication's id, the bytes that a
passport holds, and the reader's contributions."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, Text, delete, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.database.transaction import committed
from service.money import Interval
from service.readers.contributions import GivenContribution
from service.readers.passports.passport import UNREADABLE, decode, encode
from service.readers.reader import Reader
from service.waiting_limits import SIGNED_IN_READER_SECONDS, within

T = TypeVar("T")
Contributions = tuple[GivenContribution, ...]
Update = Callable[[Reader, Contributions], tuple[Reader, Contributions] | None]
STATEMENT_TIMEOUT_MILLISECONDS = 400  # a page waits for the answer

readers = Table(
    "readers",
    metadata,
    Column("site", Text, primary_key=True),
    Column("reader_hash", LargeBinary, primary_key=True),
    Column("held", LargeBinary, nullable=False),
    Column("gifts", JSONB, nullable=False, server_default="[]"),
    Column("changed_at", INSTANT, nullable=False, index=True),
)


def change_reader(
    engine: Engine,
    site: str,
    reader_hash: bytes,
    now: datetime,
    change: Callable[[Reader | None, Contributions], tuple[Reader, T]],
) -> T:
    """Read a row, change it and save it, while a lock keeps other transactions out.

    Raise StoreUnavailableError if the database is down or too slow for a page view.
    """
    with within(SIGNED_IN_READER_SECONDS), committed(engine) as connection:
        connection.execute(text(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MILLISECONDS}"))
        reader, result = change(*_locked(connection, site, reader_hash))
        _save(connection, site, reader_hash, _held(reader, now))
        return result


def update_contributions(connection: Connection, site: str, reader_hash: bytes, now: datetime, update: Update) -> None:
    """Change a row and its contributions in the caller's transaction, unless `update` returns None.

    Do nothing if the row does not exist, so that an erased reader is not created again.
    """
    reader, known = _locked(connection, site, reader_hash)
    updated = update(reader, known) if reader is not None else None
    if updated is not None:
        changed, contributions = updated
        gifts = [asdict(contribution) for contribution in contributions]
        _save(connection, site, reader_hash, _held(changed, now) | {"gifts": gifts})


def forget(engine: Engine, site: str, reader_hash: bytes) -> bool:
    """Erase the row of a signed-in reader. Return False if there was no row."""
    columns = readers.c
    statement = delete(readers).where(columns.site == site, columns.reader_hash == reader_hash)
    with committed(engine) as connection:
        return connection.execute(statement).rowcount > 0


def forget_everywhere(engine: Engine, reader_hash: bytes) -> None:
    """Erase the rows of a signed-in reader. A hash is of a single site, but the caller does not know which."""
    with committed(engine) as connection:
        connection.execute(delete(readers).where(readers.c.reader_hash == reader_hash))


def forget_idle_readers(engine: Engine, before: datetime) -> int:
    """Erase the rows of readers not seen since `before`. Return the number of rows erased."""
    with committed(engine) as connection:
        return connection.execute(delete(readers).where(readers.c.changed_at < before)).rowcount


def _locked(connection: Connection, site: str, reader_hash: bytes) -> tuple[Reader | None, Contributions]:
    """Lock and read a row until the transaction ends.

    An advisory lock also makes two first page views of a reader wait for each other, before there is a row.
    """
    key = int.from_bytes(reader_hash[:8], "big", signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    columns = readers.c
    statement = select(columns.held, columns.gifts).where(columns.site == site, columns.reader_hash == reader_hash)
    row = connection.execute(statement).first()
    return (_decoded(row.held), tuple(_contribution(**gift) for gift in row.gifts)) if row else (None, ())


def _save(connection: Connection, site: str, reader_hash: bytes, values: Mapping[str, object]) -> None:
    statement = insert(readers).values(site=site, reader_hash=reader_hash, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["site", "reader_hash"], set_=dict(values)))


def _held(reader: Reader, now: datetime) -> dict[str, object]:
    return {"held": encode(reader, int(now.timestamp())), "changed_at": now}


def _contribution(interval: str, **rest: Any) -> GivenContribution:
    return GivenContribution(Interval(interval), **rest)


def _decoded(held: bytes) -> Reader | None:
    try:
        return decode(held).reader
    except UNREADABLE:
        return None
