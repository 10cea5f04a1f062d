"""Make an export: check the caller, open the file at one moment of the books, stream it, and record the run."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from service.clock import Clock
from service.database.transaction import committed
from service.errors import DomainError, ForbiddenError, StoreUnavailableError
from service.exports.batches.batch import Batch
from service.exports.batches.store import find_batch
from service.exports.layouts.mappings import mapping_in_force
from service.exports.manifest import request_parameters
from service.exports.prepared_file import PreparedFile, check_parts, prepare_file
from service.exports.query_store import ExportScope
from service.exports.records_store import read_books
from service.exports.request import (
    ExportRequest,
    FileFormat,
    InvalidExportError,
    PersonalDataError,
    check_meaning,
    follows_closings,
)
from service.exports.runs.store import ExportRun, RunOutcome, add_bounded_run, add_run, finish_run
from service.exports.spreadsheet import MAX_ROWS
from service.exports.store import count_rows, has_more_keys, reading
from service.exports.stream import ExportStream, OpenedFile, StreamTotals
from service.ids import new_id
from service.ledger.closings.store import closing_of
from service.ledger.local_days import LocalDays
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Caller:
    """The name of the caller for the record of runs, and what the caller may see."""

    name: str
    may_export: bool
    may_see_personal_data: bool


log = structlog.get_logger()
UNKNOWN_CALLER = "unknown caller"
# Bounds how fast callers without a token can make the record of runs grow.
UNKNOWN_CALLER_RUNS_PER_HOUR = 60
OPERATOR = Caller("command line", may_export=True, may_see_personal_data=True)


@dataclass(frozen=True, slots=True)
class Exports:
    """The parts of the service that exporting needs."""

    engine: Engine
    settings: Settings
    clock: Clock


def open_export(exports: Exports, caller: Caller, request: ExportRequest, file_format: str) -> ExportStream:
    """Start an export and return its stream, which the caller must close.

    `file_format` is csv, xlsx, or json for the manifest. Record a refusal, and raise it as a DomainError.
    """
    run = new_run(exports, caller.name, request.name.value, file_format, request_parameters(request))
    try:
        _check_permission(caller, request)
        check_meaning(request)
        if file_format not in {"json", request.file_format.value}:
            raise InvalidExportError(f"the format {request.file_format} contradicts the address, .{file_format}")
        opened = _open_file(exports, run, request)
    except DomainError as error:
        record_refusal(exports, run, error.code)
        raise
    return ExportStream(opened, partial(_record_end, exports, run))


def new_run(
    exports: Exports, asked_by: str, name: str, file_format: str, parameters: Mapping[str, str | int | bool | None]
) -> ExportRun:
    """Return the record of a run that begins now. `parameters` must hold no personal data."""
    return ExportRun(new_id("exp"), name, file_format, asked_by, exports.clock(), parameters)


def record_refusal(exports: Exports, run: ExportRun, reason: str) -> None:
    """Save the run as refused, with the reason's error code. Runs of unknown callers are only saved up to a limit."""
    now = exports.clock()
    refused = replace(run, outcome=RunOutcome.REFUSED, reason=reason, finished_at=now)
    with committed(exports.engine) as connection:
        if run.asked_by == UNKNOWN_CALLER:
            add_bounded_run(connection, refused, now - timedelta(hours=1), UNKNOWN_CALLER_RUNS_PER_HOUR)
        else:
            add_run(connection, refused)


def _check_permission(caller: Caller, request: ExportRequest) -> None:
    if not caller.may_export:
        raise ForbiddenError("exports need a token of role finance or auditor")
    if request.has_personal_data and not caller.may_see_personal_data:
        raise PersonalDataError("personal columns need a token of role finance")


def _open_file(exports: Exports, run: ExportRun, request: ExportRequest) -> OpenedFile:
    """Return the file at one moment of the books, and save the run as started."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(reading(exports.engine))
        if request.batch is None:
            scope = _scope(connection, exports, request, run.asked_at, exports.settings.home_currency)
            file = prepare_file(connection, request, scope, mapping_in_force(connection, request.layout))
        else:
            batch = find_batch(connection, request.batch)
            request, scope, file = batch_file(connection, exports, batch, request, run.asked_at)
        if run.format != "json":
            check_parts(request, file)
        if request.file_format is FileFormat.XLSX and not _fits_in_a_sheet(connection, request, scope, file):
            raise InvalidExportError(f"a spreadsheet has at most {MAX_ROWS} rows: ask for fewer days, or for CSV")
        with committed(exports.engine) as recording:
            add_run(recording, replace(run, as_of=scope.books.as_of))
        return OpenedFile(request, scope, file, connection, stack.pop_all())


def _fits_in_a_sheet(connection: Connection, request: ExportRequest, scope: ExportScope, file: PreparedFile) -> bool:
    """Return whether a spreadsheet holds the rows of a file.

    Counting them takes as long as reading them, so it is only done if the number of keys does not tell.
    """
    if file.has_portions and not has_more_keys(connection, request, scope, MAX_ROWS):
        return True
    return count_rows(connection, file.rows) <= MAX_ROWS


def batch_file(
    connection: Connection, exports: Exports, batch: Batch, request: ExportRequest, now: datetime
) -> tuple[ExportRequest, ExportScope, PreparedFile]:
    """Return the whole request for a batch, its point in the books, and its file as it was when the batch was made."""
    order = batch.order
    whole = replace(
        request, layout=order.layout, granularity=order.granularity, currency=order.currency, as_of=batch.as_of
    )
    scope = _scope(connection, exports, whole, now, batch.home_currency)
    mapping = mapping_in_force(connection, order.layout, batch.mapping_version)
    return whole, scope, prepare_file(connection, whole, scope, mapping)


def _scope(
    connection: Connection, exports: Exports, request: ExportRequest, now: datetime, home_currency: str | None
) -> ExportScope:
    days = LocalDays(request.from_on, request.to_on, exports.settings.accounting_zone)
    books = read_books(connection, _point(connection, request))
    return ExportScope(days, books, exports.settings.is_livemode, now, home_currency)


def _point(connection: Connection, request: ExportRequest) -> int | None:
    """Return the number of the point in the books that a request means, or None for the books as they are now."""
    if request.to_on is None or not follows_closings(request):
        return request.as_of
    closing = closing_of(connection, request.to_on)
    return closing.as_of if closing else None


def _record_end(
    exports: Exports, run: ExportRun, totals: StreamTotals, outcome: RunOutcome, reason: str | None
) -> None:
    """Save how a run ended. If the database cannot be reached, raise only for a complete file, which is then cut."""
    is_complete = outcome is RunOutcome.COMPLETED
    ended = replace(
        run,
        outcome=outcome,
        reason=reason,
        row_count=totals.row_count if is_complete else None,
        sha256=totals.sha256 if is_complete else None,
        finished_at=exports.clock(),
    )
    try:
        with committed(exports.engine) as connection:
            finish_run(connection, ended)
    except StoreUnavailableError as error:
        if is_complete:
            raise
        log.warning("export_end_not_saved", run=run.id, outcome=outcome.value, reason=error.reason)
