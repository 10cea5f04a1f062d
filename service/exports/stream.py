"""An export being read: its bytes once, in order, with the count and hash of what has passed."""

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from service.exports.copy_store import BYTE_ORDER_MARK, header_line
from service.exports.export import ExportRequest, Profile, download_name
from service.exports.file_store import PreparedFile
from service.exports.manifest import Manifest
from service.exports.query_store import ExportScope, formatted
from service.exports.runs_store import RunOutcome
from service.exports.store import chunks, sums


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file ready to be read; `stack` lets go of the connection."""

    request: ExportRequest
    scope: ExportScope
    file: PreparedFile
    connection: Connection
    stack: contextlib.ExitStack


class StreamTotals:
    """What has passed so far."""

    __slots__ = ("byte_count", "digest", "row_count")

    def __init__(self) -> None:
        self.byte_count = self.row_count = 0
        self.digest = hashlib.sha256()

    def count(self, chunk: bytes, row_count: int) -> bytes:
        self.digest.update(chunk)
        self.byte_count += len(chunk)
        self.row_count += row_count
        return chunk

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()


Ending = Callable[[StreamTotals, RunOutcome, str | None], None]


class ExportStream:
    """Iterate for the bytes, once. However it ends, `ending` hears of it and the connection is free again.

    The generator holds no reference to the stream: a response nobody reads is cleared away at once.
    """

    def __init__(self, opened: OpenedFile, ending: Ending) -> None:
        self.request, self.scope, self.file = opened.request, opened.scope, opened.file
        self._connection = opened.connection
        self._tally = StreamTotals()
        self._lines = _lines(opened, self._tally, ending)
        self._head = next(self._lines)

    def __iter__(self) -> Iterator[bytes]:
        return itertools.chain((self._head,), self._lines)

    def close(self) -> None:
        """Stop reading; a file that was not read to its end counts as abandoned."""
        self._lines.close()

    @property
    def file_name(self) -> str:
        return download_name(self.request, self.as_of)

    @property
    def as_of(self) -> int:
        return self.scope.books.as_of

    @property
    def row_count(self) -> int:
        return self._tally.row_count

    @property
    def sha256(self) -> str:
        """The hash of the bytes that have passed."""
        return self._tally.sha256

    def count_rows(self) -> int:
        """How many rows are to come, from the same moment of the books; ask before reading."""
        return sum(found.row_count for found in sums(self._connection, self.file.columns, self.file.rows))

    def manifest(self) -> Manifest:
        """Read the file to its end without keeping it, and describe it."""
        currencies = sums(self._connection, self.file.columns, self.file.rows)
        for _ in self:
            pass
        return Manifest(
            request=self.request,
            zone=self.scope.days.zone,
            as_of=self.as_of,
            ledger_seq=self.scope.books.ledger_seq,
            is_livemode=self.scope.is_livemode,
            column_names=tuple(column.name for column in self.file.columns),
            row_count=self.row_count,
            byte_count=self._tally.byte_count,
            sha256=self.sha256,
            part_count=self.file.part_count,
            currencies=currencies,
        )


def _lines(opened: OpenedFile, tally: StreamTotals, ending: Ending) -> Generator[bytes]:
    """The header, then chunks of whole lines."""
    request, file = opened.request, opened.file
    try:
        with opened.stack:
            mark = BYTE_ORDER_MARK if request.profile is Profile.EXCEL else b""
            yield tally.count(mark + header_line([column.name for column in file.columns]), 0)
            statement = formatted(file.columns, file.rows, request)
            with contextlib.closing(chunks(opened.connection, statement)) as found:
                for chunk, row_count in found:
                    yield tally.count(chunk, row_count)
    except GeneratorExit:
        ending(tally, RunOutcome.ABANDONED, None)
        raise
    except Exception as error:
        ending(tally, RunOutcome.FAILED, type(error).__name__)
        raise
    ending(tally, RunOutcome.COMPLETED, None)
