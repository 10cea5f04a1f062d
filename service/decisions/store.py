"""Signed-in readers as rows: a keyed hash of the publication's id, and the same bytes a passport holds."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Column, Connection, DateTime, Engine, LargeBinary, Table, Text, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from service.database.metadata import metadata
from service.decisions.passport_codec import UnreadablePassportError, decode, encode
from service.decisions.reader import Reader
from service.errors import StoreUnavailableError

Database = Engine
T = TypeVar("T")
PATIENCE_MILLISECONDS = 400  # a page waits for the answer

readers = Table(
    "readers",
    metadata,
    Column("site", Text, primary_key=True),
    Column("reader_hash", LargeBinary, primary_key=True),
    Column("held", LargeBinary, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, index=True),
)


def change_reader(
    engine: Database, site: str, reader_hash: bytes, now: datetime, change: Callable[[Reader | None], tuple[Reader, T]]
) -> T:
    """Read the row, change it, write it back, in one transaction that nobody else can come between.

    Raises StoreUnavailableError when the database is away or too slow for a page view.
    """
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {PATIENCE_MILLISECONDS}"))
            reader, result = change(_locked(connection, site, reader_hash))
            _save(connection, site, reader_hash, reader, now)
            return result
    except SQLAlchemyError as error:
        raise StoreUnavailableError("signed-in readers are out of reach") from error


def change_known_reader(
    connection: Connection, site: str, reader_hash: bytes, now: datetime, change: Callable[[Reader], Reader]
) -> None:
    """Change a row in the caller's transaction. Where there is none nothing is written: who was erased stays so."""
    reader = _locked(connection, site, reader_hash)
    if reader is not None:
        _save(connection, site, reader_hash, change(reader), now)


def find_reader(connection: Connection, site: str, reader_hash: bytes) -> Reader | None:
    columns = readers.c
    held = connection.scalar(select(columns.held).where(columns.site == site, columns.reader_hash == reader_hash))
    return _decoded(held)


def forget(engine: Database, site: str, reader_hash: bytes) -> bool:
    """Erase all that is held of a signed-in reader; False where nothing was."""
    columns = readers.c
    statement = delete(readers).where(columns.site == site, columns.reader_hash == reader_hash)
    with engine.begin() as connection:
        return connection.execute(statement).rowcount > 0


def forget_idle_readers(engine: Database, before: datetime) -> int:
    """Erase readers not seen since; how many they were."""
    with engine.begin() as connection:
        return connection.execute(delete(readers).where(readers.c.changed_at < before)).rowcount


def _locked(connection: Connection, site: str, reader_hash: bytes) -> Reader | None:
    """The row, held until the transaction ends; two first views of one reader wait for each other too."""
    key = int.from_bytes(reader_hash[:8], "big", signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    return find_reader(connection, site, reader_hash)


def _save(connection: Connection, site: str, reader_hash: bytes, reader: Reader, now: datetime) -> None:
    values = {"held": encode(reader, int(now.timestamp())), "changed_at": now}
    statement = insert(readers).values(site=site, reader_hash=reader_hash, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["site", "reader_hash"], set_=values))


def _decoded(held: bytes | None) -> Reader | None:
    if held is None:
        return None
    try:
        return decode(held)[0]
    except UnreadablePassportError:
        return None
