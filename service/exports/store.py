"""The database's side of an export: one connection that sees one moment of the books, and reads files off it."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any, cast

from psycopg import Connection as PsycopgConnection
from psycopg import sql
from sqlalchemy import Connection, Engine, text

from service.exports.columns import Column
from service.exports.copy_store import csv_chunks
from service.exports.export import BusyBooksError
from service.exports.manifest import CurrencySums
from service.exports.query_store import summed
from service.exports.records_store import wait_for_rest

EXPORTS_AT_ONCE = 4  # of all machines together; each holds a connection for as long as its download takes
EXPORT_SLOTS_LOCK = 0x6B6F_7873
STATEMENT_TIMEOUT_SECONDS = 900
WORK_MEMORY = "64MB"


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in a read-only transaction that began when every numbered change was committed.

    Raises BusyBooksError where too many exports are being made or the books do not come to rest.
    """
    with engine.connect() as connection:
        wait_for_rest(connection)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"))
        connection.execute(text(f"SET LOCAL work_mem = '{WORK_MEMORY}'"))
        connection.execute(text("SET LOCAL datestyle = 'ISO, YMD'"))
        _take_slot(connection)
        yield connection


def _take_slot(connection: Connection) -> None:
    statement = text("SELECT pg_try_advisory_xact_lock(:lock, :slot)")
    for slot in range(EXPORTS_AT_ONCE):
        if connection.execute(statement, {"lock": EXPORT_SLOTS_LOCK, "slot": slot}).scalar_one():
            return
    raise BusyBooksError(f"{EXPORTS_AT_ONCE} exports are being made; try again when one has finished")


def chunks(connection: Connection, statement: sql.Composable) -> Generator[tuple[bytes, int]]:
    """The lines of a statement as CSV, with the number of rows in each chunk."""
    return csv_chunks(_driver(connection), statement)


def sums(connection: Connection, columns: tuple[Column, ...], rows: sql.Composable) -> tuple[CurrencySums, ...]:
    """Rows and sums per currency."""
    names = [column.name for column in columns if column.is_summed]
    with _driver(connection).cursor() as cursor:
        cursor.execute(summed(columns, rows))
        return tuple(CurrencySums(row[0], row[1], tuple(zip(names, map(int, row[2:]), strict=True))) for row in cursor)


def values(connection: Connection, statement: sql.Composable) -> list[tuple[Any, ...]]:
    """All rows of a small statement."""
    with _driver(connection).cursor() as cursor:
        return list(cursor.execute(sql.Composed([statement])))


def _driver(connection: Connection) -> "PsycopgConnection[Any]":
    return cast("PsycopgConnection[Any]", connection.connection.driver_connection)
