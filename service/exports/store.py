"""Read exports from the database, on a connection that sees the books at one moment."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any, cast

from psycopg import Connection as PsycopgConnection
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.generators import copy_from
from psycopg.pq.abc import PGconn
from sqlalchemy import Connection, Engine, text

from service.database.connection import BoundedConnection
from service.database.server_priority import lower_server_priority
from service.database.transaction import connected
from service.exports.columns import Column
from service.exports.files.by_name import FILES
from service.exports.files.portion import FIRST_PORTIONS, Key, Portion
from service.exports.layouts.text_form import TextForm
from service.exports.manifest import CurrencySums
from service.exports.query_store import ExportScope, Statement, key_after, rows_of, summed
from service.exports.records_store import wait_for_rest
from service.exports.request import BusyBooksError, ExportRequest
from service.waiting_limits import EXPORT_NICENESS

EXPORTS_AT_ONCE = 4  # for all machines together; each export holds a connection as long as its download takes
EXPORT_SLOTS_LOCK = 0x6B6F_7873
STATEMENT_TIMEOUT_SECONDS = 900
WORK_MEMORY = "64MB"
CLIENT_CHECK_SECONDS = 2  # a statement whose process has ended would otherwise go on until it has a row to send
CHUNK_BYTES = 64 * 1024
ROWS_PER_FETCH = 1000

_COPY = sql.SQL(
    "COPY ({statement}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8', DELIMITER {delimiter}, QUOTE {quote}{quoted})"
)
_QUOTED = sql.SQL(", FORCE_QUOTE ({names})")
_COUNT = sql.SQL("SELECT count(*) FROM ({rows}) r")


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a read-only transaction that began when every numbered change was committed.

    Raise BusyBooksError if too many exports are running or if writers leave no such moment.
    """
    with connected(engine) as connection:
        wait_for_rest(connection)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with connected(engine, **options) as connection, _patient(connection):
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"))
        connection.execute(text(f"SET LOCAL work_mem = '{WORK_MEMORY}'"))
        connection.execute(text("SET LOCAL datestyle = 'ISO, YMD'"))
        connection.execute(text("SET LOCAL jit = off"))  # compiling a statement takes seconds before its first row
        connection.execute(text(f"SET LOCAL client_connection_check_interval = '{CLIENT_CHECK_SECONDS}s'"))
        _take_slot(connection)
        yield connection


@contextlib.contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """Let a connection wait as long as the server may work on a statement: the first row of a long file takes time."""
    driver = cast("BoundedConnection", _driver(connection))
    usual, driver.silence_seconds = driver.silence_seconds, STATEMENT_TIMEOUT_SECONDS + 1
    try:
        yield
    finally:
        driver.silence_seconds = usual


def _take_slot(connection: Connection) -> None:
    """Hold one of the export slots until the transaction ends. Raise BusyBooksError if every slot is taken."""
    statement = text("SELECT pg_try_advisory_xact_lock(:lock, :slot)")
    for slot in range(EXPORTS_AT_ONCE):
        if connection.execute(statement, {"lock": EXPORT_SLOTS_LOCK, "slot": slot}).scalar_one():
            return
    raise BusyBooksError(f"{EXPORTS_AT_ONCE} exports are running; try again when one has finished")


def let_others_go_first(connection: Connection) -> None:
    """Let PostgreSQL do what follows on this connection at a lower priority, if it can be told so."""
    if lower_server_priority(_driver(connection), EXPORT_NICENESS):
        connection.connection.invalidate(soft=True)  # the pool replaces it before it is used for anything else


def portions(connection: Connection, request: ExportRequest, scope: ExportScope) -> Iterator[Statement]:
    """Yield the statement of each portion of a file's rows, in order. The last one lets other work go first."""
    start: Key | None = None
    portion_key = FILES[request.name].portion_key
    weight = portion_key.weight if portion_key else 1
    for count in FIRST_PORTIONS:
        statement = key_after(request, scope, start, max(count // weight, 1))
        found = read_rows(connection, statement) if statement else []
        if not found:
            break
        end: Key = found[0]
        yield rows_of(request, scope, Portion(start, end))
        start = end
    let_others_go_first(connection)
    yield rows_of(request, scope, Portion(start))


def has_more_keys(connection: Connection, request: ExportRequest, scope: ExportScope, row_count: int) -> bool:
    """Return whether a file has so many keys, or no keys at all, that it may have more rows than this."""
    key = FILES[request.name].portion_key
    statement = key_after(request, scope, None, row_count // key.most_rows) if key else None
    return statement is None or bool(read_rows(connection, statement))


def csv_chunks(
    connection: Connection, statement: sql.Composable, form: TextForm, quoted: tuple[str, ...]
) -> Generator[tuple[bytes, int]]:
    """Yield the rows of a statement as chunks of whole CSV lines, each with its number of rows.

    Cells of the `quoted` columns are in quotes unless they are empty.

    The rows come out of PostgreSQL's COPY, so memory does not grow with the file. COPY ends a line with LF, RFC 4180
    asks for CRLF. No cell contains an LF, because text cells have their control characters replaced.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, quoted))
    copying = _COPY.format(
        statement=statement,
        delimiter=sql.Literal(form.delimiter),
        quote=sql.Literal(form.quote),
        quoted=_QUOTED.format(names=names) if quoted else sql.SQL(""),
    )
    driver, is_last = _driver(connection), False
    with driver.cursor() as cursor, cursor.copy(copying):
        while not is_last:
            lines, is_last = driver.wait(_chunk(driver.pgconn))
            if lines:
                yield b"".join(lines).replace(b"\n", b"\r\n"), len(lines)


def _chunk(pgconn: PGconn) -> PQGen[tuple[list[memoryview], bool]]:
    """Wait for about CHUNK_BYTES of whole lines from COPY. Return them, and whether they are the last.

    Psycopg's `Copy` waits for each line alone, which takes twice the processor time.
    """
    lines: list[memoryview] = []
    size = 0
    while size < CHUNK_BYTES:
        line = yield from copy_from(pgconn)
        if not isinstance(line, memoryview):
            return lines, True
        lines.append(line)
        size += len(line)
    return lines, False


def stream_rows(connection: Connection, statement: sql.Composable) -> Generator[tuple[Any, ...]]:
    """Yield the rows of a statement. PostgreSQL sends them in portions, so memory does not grow with the file."""
    with _driver(connection).cursor("export") as cursor:
        cursor.itersize = ROWS_PER_FETCH
        cursor.execute(sql.Composed([statement]))
        yield from cursor


def sum_columns(connection: Connection, columns: tuple[Column, ...], rows: sql.Composable) -> tuple[CurrencySums, ...]:
    """Return, for each currency, the number of rows and the sum of every column that is summed."""
    names = [column.name for column in columns if column.is_summed]
    return tuple(
        CurrencySums(currency, count, tuple(zip(names, map(int, sums), strict=True)))
        for currency, count, *sums in read_rows(connection, summed(columns, rows))
    )


def count_rows(connection: Connection, rows: sql.Composable) -> int:
    """Return the number of rows of a statement."""
    ((count,),) = read_rows(connection, _COUNT.format(rows=rows))
    return int(count)


def read_rows(connection: Connection, statement: sql.Composable) -> list[tuple[Any, ...]]:
    """Return all rows of a statement that has few rows."""
    with _driver(connection).cursor() as cursor:
        return list(cursor.execute(sql.Composed([statement])))


def _driver(connection: Connection) -> "PsycopgConnection[Any]":
    """Return psycopg's connection, which alone can compose `sql` objects and COPY."""
    return cast("PsycopgConnection[Any]", connection.connection.driver_connection)
