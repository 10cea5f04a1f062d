"""The bytes of an export, streamed once and in order, with their count and hash."""

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from service.exports.columns import TEXT_KINDS
from service.exports.manifest import Manifest
from service.exports.prepared_file import PreparedFile
from service.exports.query_store import ExportScope, Statement, formatted
from service.exports.request import ExportRequest, FileFormat, download_name
from service.exports.runs.store import RunOutcome
from service.exports.spreadsheet import spreadsheet_chunks
from service.exports.store import csv_chunks, let_others_go_first, portions, stream_rows, sum_columns

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that is ready to be streamed; closing `stack` releases its connection."""

    request: ExportRequest
    scope: ExportScope
    file: PreparedFile
    connection: Connection
    stack: contextlib.ExitStack


class StreamTotals:
    """The bytes and rows that were streamed so far, and their SHA-256."""

    __slots__ = ("byte_count", "digest", "row_count")

    def __init__(self) -> None:
        self.byte_count = self.row_count = 0
        self.digest = hashlib.sha256()

    def count(self, chunk: bytes, row_count: int) -> bytes:
        """Add a chunk to the totals and return it."""
        self.digest.update(chunk)
        self.byte_count += len(chunk)
        self.row_count += row_count
        return chunk

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()


OnEnd = Callable[[StreamTotals, RunOutcome, str | None], None]


class ExportStream:
    """The bytes of an export; iterate over it once. At the end, `on_end` is called and the connection is released.

    `on_end` gets the totals, the outcome, and the name of the exception if the stream failed. The generator holds no
    reference to the stream, so that a response that is never read is garbage-collected, and thereby closed, at once.
    """

    def __init__(self, opened: OpenedFile, on_end: OnEnd) -> None:
        self.request, self.scope, self.file = opened.request, opened.scope, opened.file
        self._connection = opened.connection
        self._totals = StreamTotals()
        self._chunks = _stream_file(opened, self._totals, on_end)
        self._first = next(self._chunks)

    def __iter__(self) -> Iterator[bytes]:
        return itertools.chain((self._first,), self._chunks)

    def close(self) -> None:
        """Stop the stream. A file that was not streamed to its end counts as abandoned."""
        self._chunks.close()

    @property
    def file_name(self) -> str:
        return download_name(self.request, self.as_of)

    @property
    def as_of(self) -> int:
        return self.scope.books.as_of

    @property
    def row_count(self) -> int:
        """The number of rows streamed so far."""
        return self._totals.row_count

    @property
    def sha256(self) -> str:
        """The hash of the bytes streamed so far."""
        return self._totals.sha256

    def count_all_rows(self) -> int:
        """Return how many rows the whole file has. Call it before iterating: the stream occupies the connection."""
        currencies = sum_columns(self._connection, self.file.columns, self.file.rows)
        return sum(currency.row_count for currency in currencies)

    def manifest(self, on_progress: Callable[[int], None] = lambda _: None) -> Manifest:
        """Stream the file to its end without keeping its bytes, and return its manifest.

        `on_progress` is called after each chunk with the number of rows so far.
        """
        let_others_go_first(self._connection)
        currencies = sum_columns(self._connection, self.file.columns, self.file.rows)
        for _ in self:
            on_progress(self.row_count)
        return Manifest(
            request=self.request,
            zone=self.scope.days.zone,
            as_of=self.as_of,
            ledger_seq=self.scope.books.ledger_seq,
            is_livemode=self.scope.is_livemode,
            column_names=tuple(column.name for column in self.file.columns),
            row_count=self.row_count,
            byte_count=self._totals.byte_count,
            sha256=self.sha256,
            part_count=self.file.part_count,
            currencies=currencies,
        )


def _stream_file(opened: OpenedFile, totals: StreamTotals, on_end: OnEnd) -> Generator[bytes]:
    """Yield the file in chunks. Call `on_end` when the stream is complete or fails."""
    write = _spreadsheet_chunks if opened.request.file_format is FileFormat.XLSX else _csv_file_chunks
    try:
        with opened.stack, contextlib.closing(write(opened)) as chunks:
            for chunk, row_count in chunks:
                yield totals.count(chunk, row_count)
    except GeneratorExit:
        on_end(totals, RunOutcome.ABANDONED, None)
        raise
    except Exception as error:
        on_end(totals, RunOutcome.FAILED, type(error).__name__)
        raise
    on_end(totals, RunOutcome.COMPLETED, None)


def _csv_file_chunks(opened: OpenedFile) -> Generator[tuple[bytes, int]]:
    """Yield the lines before the rows, then chunks of whole lines with their number of rows."""
    form, columns = opened.file.form, opened.file.columns
    mark = BYTE_ORDER_MARK if form.has_byte_order_mark else b""
    # The names of our columns need no quotes.
    lines = [form.preamble] if form.preamble else []
    lines.append(form.delimiter.join(column.name for column in columns))
    yield mark + "".join(f"{line}\r\n" for line in lines).encode(), 0
    quoted = tuple(column.name for column in columns if column.kind in TEXT_KINDS) if form.is_quoting_text else ()
    for rows in _portions(opened):
        statement = formatted(columns, rows, opened.request, form)
        with contextlib.closing(csv_chunks(opened.connection, statement, form, quoted)) as chunks:
            yield from chunks


def _portions(opened: OpenedFile) -> Iterator[Statement]:
    """Return the statements that give the file's rows one after the other."""
    if not opened.file.has_portions:
        let_others_go_first(opened.connection)
        return iter((opened.file.rows,))
    return portions(opened.connection, opened.request, opened.scope)


def _spreadsheet_chunks(opened: OpenedFile) -> Generator[tuple[bytes, int]]:
    """Yield a spreadsheet in chunks, each with its number of rows."""
    with contextlib.closing(_typed_rows(opened)) as rows:
        yield from spreadsheet_chunks(opened.request.name.value, opened.file.columns, rows)


def _typed_rows(opened: OpenedFile) -> Generator[tuple[object, ...]]:
    for rows in _portions(opened):
        statement = formatted(opened.file.columns, rows, opened.request)
        with contextlib.closing(stream_rows(opened.connection, statement)) as found:
            yield from found
