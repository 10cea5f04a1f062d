"""Make an export: check who asks, stand still in the books, stream, and record the run whatever becomes of it."""

import contextlib
import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from service.clock import Clock
from service.errors import DomainError, ForbiddenError
from service.exports.copy_store import BYTE_ORDER_MARK, header_line
from service.exports.export import ExportRequest, PersonalDataError, Profile, download_name
from service.exports.file_store import check_parts, prepare_file
from service.exports.local_days import LocalDays
from service.exports.manifest import Manifest, request_parameters
from service.exports.mappings import mapping_in_force
from service.exports.query_store import Scope, formatted
from service.exports.records_store import read_books
from service.exports.runs_store import ExportRun, Outcome, add_run, finish_run
from service.exports.store import Database, Reading, chunks, reading, sums
from service.ids import new_id
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what they may see."""

    name: str
    may_export: bool
    may_see_personal_data: bool


OPERATOR = Asker("command line", may_export=True, may_see_personal_data=True)


@dataclass(frozen=True, slots=True)
class Exports:
    """What exporting needs of the service."""

    engine: Database
    settings: Settings
    clock: Clock


class ExportStream:
    """An export being read: iterate for its bytes, once; close it in any case, which also ends its run."""

    def __init__(self, exports: Exports, run: ExportRun, request: ExportRequest) -> None:
        self._exports, self._run, self.request = exports, run, request
        self._digest = hashlib.sha256()
        self._is_over = False
        self.row_count = self.byte_count = 0
        with contextlib.ExitStack() as stack:
            self._connection: Reading = stack.enter_context(reading(exports.engine))
            self.books = read_books(self._connection, request.as_of)
            days = LocalDays(request.from_on, request.to_on, exports.settings.accounting_zone)
            self.scope = Scope(days, self.books, exports.settings.is_livemode, run.asked_at)
            mapping = mapping_in_force(self._connection, request.layout)
            self.file = prepare_file(self._connection, request, self.scope, mapping)
            if run.format == "csv":
                check_parts(request, self.file)
            self._bytes = self._read()
            stack.callback(self._bytes.close)
            self._stack = stack.pop_all()

    @property
    def file_name(self) -> str:
        return download_name(self.request, self.books.as_of)

    @property
    def sha256(self) -> str:
        """The hash of the bytes read so far."""
        return self._digest.hexdigest()

    def count_rows(self) -> int:
        """How many rows are to come, from the same moment of the books."""
        return sum(found.row_count for found in sums(self._connection, self.file.columns, self.file.rows))

    def __iter__(self) -> Iterator[bytes]:
        return self._bytes

    def _read(self) -> Generator[bytes]:
        try:
            yield self._counted(self._head(), 0)
            statement = formatted(self.file.columns, self.file.rows, self.request)
            with contextlib.closing(chunks(self._connection, statement)) as lines:
                for chunk, row_count in lines:
                    yield self._counted(chunk, row_count)
        except Exception as error:
            self._end(Outcome.FAILED, type(error).__name__)
            raise
        self._end(Outcome.COMPLETED, None)

    def manifest(self) -> Manifest:
        """Read the file to its end without keeping it, and describe it."""
        for _ in self:
            pass
        return Manifest(
            request=self.request,
            zone=self.scope.days.zone,
            as_of=self.books.as_of,
            ledger_seq=self.books.ledger_seq,
            is_livemode=self.scope.is_livemode,
            column_names=tuple(column.name for column in self.file.columns),
            row_count=self.row_count,
            byte_count=self.byte_count,
            sha256=self.sha256,
            part_count=self.file.part_count,
            currencies=sums(self._connection, self.file.columns, self.file.rows),
        )

    def close(self) -> None:
        """Let go of the connection; a file that was not read to its end counts as abandoned."""
        self._end(Outcome.ABANDONED, None)
        self._stack.close()

    def _head(self) -> bytes:
        mark = BYTE_ORDER_MARK if self.request.profile is Profile.EXCEL else b""
        return mark + header_line([column.name for column in self.file.columns])

    def _counted(self, chunk: bytes, row_count: int) -> bytes:
        self._digest.update(chunk)
        self.byte_count += len(chunk)
        self.row_count += row_count
        return chunk

    def _end(self, outcome: Outcome, reason: str | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        is_complete = outcome is Outcome.COMPLETED
        ended = replace(
            self._run,
            outcome=outcome,
            reason=reason,
            row_count=self.row_count if is_complete else None,
            sha256=self.sha256 if is_complete else None,
            finished_at=self._exports.clock(),
        )
        with self._exports.engine.begin() as connection:
            finish_run(connection, ended)


def open_export(exports: Exports, asker: Asker, request: ExportRequest, file_format: str) -> ExportStream:
    """Start an export. A refusal is recorded and raised; whoever gets the stream must close it."""
    run = ExportRun(
        id=new_id("exp"),
        name=request.name.value,
        format=file_format,
        asked_by=asker.name,
        asked_at=exports.clock(),
        parameters=request_parameters(request),
    )
    try:
        _check_permission(asker, request)
        stream = ExportStream(exports, run, request)
    except DomainError as error:
        record_refusal(exports, run, error)
        raise
    with exports.engine.begin() as connection:
        add_run(connection, replace(run, as_of=stream.books.as_of))
    return stream


def record_refusal(exports: Exports, run: ExportRun, error: DomainError) -> None:
    """Keep that a run was refused, and why."""
    refused = replace(run, outcome=Outcome.REFUSED, reason=error.code, finished_at=exports.clock())
    with exports.engine.begin() as connection:
        add_run(connection, refused)


def _check_permission(asker: Asker, request: ExportRequest) -> None:
    if not asker.may_export:
        raise ForbiddenError("exports need a token of role finance or auditor")
    if request.has_personal_data and not asker.may_see_personal_data:
        raise PersonalDataError("personal columns need a token of role finance")
