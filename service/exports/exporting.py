"""Make an export: check who asks, stand still in the books, stream, and record the run whatever becomes of it."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from service.clock import Clock
from service.errors import DomainError, ForbiddenError
from service.exports.export import ExportRequest, PersonalDataError, check_meaning
from service.exports.file_store import check_parts, prepare_file
from service.exports.manifest import request_parameters
from service.exports.mappings import mapping_in_force
from service.exports.query_store import ExportScope
from service.exports.records_store import read_books
from service.exports.runs_store import ExportRun, RunOutcome, add_run, add_strangers_run, finish_run
from service.exports.store import reading
from service.exports.stream import ExportStream, OpenedFile, StreamTotals
from service.ids import new_id
from service.ledger.local_days import LocalDays
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what they may see."""

    name: str
    may_export: bool
    may_see_personal_data: bool


STRANGER = "nobody known"
# Whoever has no token costs the record no more than this many rows an hour.
STRANGERS_RUNS_PER_HOUR = 60
OPERATOR = Asker("command line", may_export=True, may_see_personal_data=True)


@dataclass(frozen=True, slots=True)
class Exports:
    """What exporting needs of the service."""

    engine: Engine
    settings: Settings
    clock: Clock


def open_export(exports: Exports, asker: Asker, request: ExportRequest, file_format: str) -> ExportStream:
    """Start an export. A refusal is recorded and raised; whoever gets the stream closes it."""
    run = new_run(exports, asker.name, request.name.value, file_format, request_parameters(request))
    try:
        _check_permission(asker, request)
        check_meaning(request)
        opened = _opened(exports, run, request)
    except DomainError as error:
        record_refusal(exports, run, error.code)
        raise
    return ExportStream(opened, partial(_end_run, exports, run))


def new_run(
    exports: Exports, asked_by: str, name: str, file_format: str, parameters: Mapping[str, str | int | bool | None]
) -> ExportRun:
    """The record of a run that begins now; `parameters` are what may be kept of the request."""
    return ExportRun(new_id("exp"), name, file_format, asked_by, exports.clock(), parameters)


def record_refusal(exports: Exports, run: ExportRun, reason: str) -> None:
    """Keep a run that was refused, with the code of the reason; of strangers no more than so many an hour."""
    now = exports.clock()
    refused = replace(run, outcome=RunOutcome.REFUSED, reason=reason, finished_at=now)
    with exports.engine.begin() as connection:
        if run.asked_by == STRANGER:
            add_strangers_run(connection, refused, now - timedelta(hours=1), STRANGERS_RUNS_PER_HOUR)
        else:
            add_run(connection, refused)


def _check_permission(asker: Asker, request: ExportRequest) -> None:
    if not asker.may_export:
        raise ForbiddenError("exports need a token of role finance or auditor")
    if request.has_personal_data and not asker.may_see_personal_data:
        raise PersonalDataError("personal columns need a token of role finance")


def _opened(exports: Exports, run: ExportRun, request: ExportRequest) -> OpenedFile:
    """The file at one moment of the books, and the run recorded as started."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(reading(exports.engine))
        days = LocalDays(request.from_on, request.to_on, exports.settings.accounting_zone)
        books = read_books(connection, request.as_of)
        scope = ExportScope(days, books, exports.settings.is_livemode, run.asked_at)
        file = prepare_file(connection, request, scope, mapping_in_force(connection, request.layout))
        if run.format == "csv":
            check_parts(request, file)
        with exports.engine.begin() as recording:
            add_run(recording, replace(run, as_of=books.as_of))
        return OpenedFile(request, scope, file, connection, stack.pop_all())


def _end_run(exports: Exports, run: ExportRun, tally: StreamTotals, outcome: RunOutcome, reason: str | None) -> None:
    is_complete = outcome is RunOutcome.COMPLETED
    ended = replace(
        run,
        outcome=outcome,
        reason=reason,
        row_count=tally.row_count if is_complete else None,
        sha256=tally.sha256 if is_complete else None,
        finished_at=exports.clock(),
    )
    with exports.engine.begin() as connection:
        finish_run(connection, ended)
