"""Stream a statement's rows as CSV, straight out of PostgreSQL's COPY: memory stays flat whatever the size."""

from collections.abc import Generator, Sequence
from typing import Any

from psycopg import Connection as PsycopgConnection
from psycopg import sql

CHUNK_BYTES = 64 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_COPY = sql.SQL("COPY ({statement}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')")


def header_line(names: Sequence[str]) -> bytes:
    """The first line. Our column names hold no comma, quote or line break."""
    return ",".join(names).encode() + b"\r\n"


def csv_chunks(connection: PsycopgConnection[Any], statement: sql.Composable) -> Generator[tuple[bytes, int]]:
    """Chunks of whole lines with their number of rows. COPY ends lines with LF; RFC 4180 wants CRLF.

    No LF stands inside a cell, because text cells have lost theirs.
    """
    rows: list[bytes] = []
    size = 0
    with connection.cursor() as cursor, cursor.copy(_COPY.format(statement=statement)) as copy:
        for row in copy:
            rows.append(bytes(row))
            size += len(row)
            if size >= CHUNK_BYTES:
                yield b"".join(rows).replace(b"\n", b"\r\n"), len(rows)
                rows, size = [], 0
    if rows:
        yield b"".join(rows).replace(b"\n", b"\r\n"), len(rows)
