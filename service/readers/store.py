"""Signed-in readers as rows: a keyed hash of the publication's id, the same bytes a passport holds, and their gifts."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, Text, delete, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import SQLAlchemyError

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.errors import StoreUnavailableError
from service.money import Interval
from service.readers.contributions import GivenContribution
from service.readers.passport_bytes import UnreadablePassportError, decode, encode
from service.readers.reader import Reader

T = TypeVar("T")
Gifts = tuple[GivenContribution, ...]
Tell = Callable[[Reader, Gifts], tuple[Reader, Gifts] | None]
PATIENCE_MILLISECONDS = 400  # a page waits for the answer

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
    change: Callable[[Reader | None, Gifts], tuple[Reader, T]],
) -> T:
    """Read the row, change it, write it back, in one transaction that nobody else can come between.

    Raises StoreUnavailableError when the database is away or too slow for a page view.
    """
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {PATIENCE_MILLISECONDS}"))
            reader, result = change(*_locked(connection, site, reader_hash))
            _save(connection, site, reader_hash, _held(reader, now))
            return result
    except SQLAlchemyError as error:
        raise StoreUnavailableError("signed-in readers are out of reach") from error


def tell_gifts(connection: Connection, site: str, reader_hash: bytes, now: datetime, tell: Tell) -> None:
    """Change a row and its gifts in the caller's transaction, or nothing where there is nothing to tell. Where there is
    none nothing is written: who was erased stays so."""
    reader, known = _locked(connection, site, reader_hash)
    told = tell(reader, known) if reader is not None else None
    if told is not None:
        changed, gifts = told
        _save(connection, site, reader_hash, _held(changed, now) | {"gifts": [asdict(gift) for gift in gifts]})


def forget(engine: Engine, site: str, reader_hash: bytes) -> bool:
    """Erase all that is held of a signed-in reader; False where nothing was."""
    columns = readers.c
    statement = delete(readers).where(columns.site == site, columns.reader_hash == reader_hash)
    with engine.begin() as connection:
        return connection.execute(statement).rowcount > 0


def forget_idle_readers(engine: Engine, before: datetime) -> int:
    """Erase readers not seen since; how many they were."""
    with engine.begin() as connection:
        return connection.execute(delete(readers).where(readers.c.changed_at < before)).rowcount


def _locked(connection: Connection, site: str, reader_hash: bytes) -> tuple[Reader | None, Gifts]:
    """The row, held until the transaction ends; two first views of one reader wait for each other too."""
    key = int.from_bytes(reader_hash[:8], "big", signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    columns = readers.c
    statement = select(columns.held, columns.gifts).where(columns.site == site, columns.reader_hash == reader_hash)
    row = connection.execute(statement).first()
    return (_decoded(row.held), tuple(_gift(**gift) for gift in row.gifts)) if row else (None, ())


def _save(connection: Connection, site: str, reader_hash: bytes, values: Mapping[str, object]) -> None:
    statement = insert(readers).values(site=site, reader_hash=reader_hash, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["site", "reader_hash"], set_=dict(values)))


def _held(reader: Reader, now: datetime) -> dict[str, object]:
    return {"held": encode(reader, int(now.timestamp())), "changed_at": now}


def _gift(interval: str, **rest: Any) -> GivenContribution:
    return GivenContribution(Interval(interval), **rest)


def _decoded(held: bytes) -> Reader | None:
    try:
        return decode(held)[0]
    except UnreadablePassportError:
        return None
