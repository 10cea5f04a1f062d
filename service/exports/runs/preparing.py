"""Prepare a file in the background: read it to its end, count its rows on the way, and keep its sums and hash."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date

from service.database.transaction import committed, connected
from service.errors import DomainError
from service.exports.exporting import Caller, Exports, open_export
from service.exports.manifest import manifest_document, request_parameters
from service.exports.request import (
    ExportName,
    ExportRequest,
    FileFormat,
    Granularity,
    Layout,
    Profile,
    check_meaning,
)
from service.exports.runs.preparations_store import (
    Preparation,
    PreparationState,
    add_preparation,
    find_preparation,
    update_preparation,
)
from service.ids import new_id
from service.services import Services

SECONDS_BETWEEN_NOTES = 1.0
PREPARE_JOB = "exports:prepare"


def ask_for_file(services: Services, caller: Caller, request: ExportRequest) -> Preparation:
    """Queue the preparation of a file. Raise InvalidExportError if its parameters contradict each other."""
    check_meaning(request)
    now = services.clock()
    asked = Preparation(new_id("prp"), request.name.value, request_parameters(request), caller.name, now)
    with committed(services.engine) as connection:
        add_preparation(connection, asked)
        raw = connection.connection.driver_connection
        task = services.jobs.configure_task(PREPARE_JOB, allow_unknown=False, connection=raw)
        task.defer(preparation_id=asked.id)
    return asked


def prepare(services: Services, preparation_id: str) -> None:
    """Read a file to its end, noting the progress, and save its rows, sums and hash, or why it failed."""
    with connected(services.engine) as connection:
        asked = find_preparation(connection, preparation_id)
    if asked is None or asked.state is PreparationState.DONE:
        return
    try:
        found = _read_file(services, asked)
    except DomainError as error:
        found = {"state": PreparationState.FAILED.value, "reason": error.title}
    _note(services, preparation_id, finished_at=services.clock(), **found)


def request_of(name: str, parameters: Mapping[str, str | int | bool | None]) -> ExportRequest:
    """Return the request that these parameters of a run or a preparation describe."""

    def day(key: str) -> date | None:
        text = parameters.get(key)
        return date.fromisoformat(str(text)) if text else None

    def number(key: str) -> int | None:
        value = parameters.get(key)
        return int(value) if value is not None else None

    def word(key: str) -> str | None:
        value = parameters.get(key)
        return str(value) if value else None

    return ExportRequest(
        ExportName(name),
        from_on=day("from"),
        to_on=day("to"),
        as_of=number("as_of"),
        profile=Profile(word("profile") or Profile.PLAIN),
        granularity=Granularity(word("granularity") or Granularity.TRANSACTION),
        layout=Layout(word("layout") or Layout.GENERIC),
        has_personal_data=bool(parameters.get("pii")),
        part=number("part"),
        currency=word("currency"),
        file_format=FileFormat(word("format") or FileFormat.CSV),
        batch=number("batch"),
        is_current=bool(parameters.get("current")),
    )


def _read_file(services: Services, asked: Preparation) -> dict[str, object]:
    request = request_of(asked.name, asked.parameters)
    exports = Exports(services.engine, services.settings, services.clock)
    caller = Caller(asked.asked_by, may_export=True, may_see_personal_data=request.has_personal_data)
    with closing(open_export(exports, caller, request, "json")) as stream:
        total = stream.count_all_rows()
        _note(services, asked.id, state=PreparationState.RUNNING.value, row_total=total, as_of=stream.as_of)
        manifest = manifest_document(stream.manifest(_progress(services, asked.id)))
    return {
        "state": PreparationState.DONE.value,
        "row_total": manifest["rows"],
        "rows_so_far": manifest["rows"],
        "as_of": manifest["as_of"],
        "byte_count": manifest["bytes"],
        "sums": manifest["sums"],
        "sha256": manifest["sha256"],
    }


def _progress(services: Services, preparation_id: str) -> Callable[[int], None]:
    """Return the function that notes how many rows were read, at most once a second."""
    noted_at = time.monotonic()

    def note(rows: int) -> None:
        nonlocal noted_at
        if time.monotonic() - noted_at >= SECONDS_BETWEEN_NOTES:
            noted_at = time.monotonic()
            _note(services, preparation_id, rows_so_far=rows)

    return note


def _note(services: Services, preparation_id: str, **values: object) -> None:
    with committed(services.engine) as connection:
        update_preparation(connection, preparation_id, **values)
