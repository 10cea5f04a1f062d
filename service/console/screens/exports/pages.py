"""`/console/exports`: every file with its filters, files that are prepared, earlier runs with hashes, and batches."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import flask
from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.console.days import days_of
from service.console.frame import chosen_shape, screen, table_file
from service.console.screens.exports import form
from service.console.screens.exports.tables import (
    batch_lines,
    file_query,
    filter_words,
    name_of,
    runs_table,
    sums_in_words,
)
from service.console.tables import TableShape
from service.console.words import counted
from service.database.transaction import committed, connected
from service.errors import DomainError
from service.exports.batches.batch import BatchOrder
from service.exports.batches.creating import create_batch
from service.exports.batches.store import list_batches
from service.exports.exporting import Caller, Exports, open_export
from service.exports.request import ExportRequest, FileFormat, Granularity, Layout
from service.exports.runs.preparations_store import Preparation, list_preparations
from service.exports.runs.preparing import ask_for_file
from service.exports.runs.store import list_runs
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record

KEY = "exports"
TITLE = "Which file do you need?"
SHOWN = 20
CSV_TYPE = "text/csv; charset=utf-8; header=present"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = flask.Blueprint("console_exports", __name__, url_prefix="/console/exports", template_folder="templates")


@blueprint.get("")
@requires_person(Role.FINANCE)
def show_exports() -> ResponseReturnValue:
    """Show the form of all files, what is being prepared, and what was exported before."""
    if chosen_shape() is not TableShape.PAGE:
        services = current_services()
        with connected(services.engine) as connection:
            runs = list_runs(connection, 10_000)
        return table_file(runs_table(runs, services.clock(), services.settings.accounting_zone, link_to_file))
    return _exports_screen(request.args, {})


@blueprint.get("/file")
@requires_person(Role.FINANCE)
def download() -> ResponseReturnValue:
    """Send a file, or show the form again with what is wrong."""
    wanted, errors = form.typed_request(request.args)
    if wanted is None:
        return _exports_screen(request.args, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        return export_response(wanted)
    except DomainError as error:
        return _exports_screen(request.args, {"name": _sentence(error)}), HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.post("")
@requires_person(Role.FINANCE)
def prepare() -> ResponseReturnValue:
    """Prepare a file in the background."""
    services, (wanted, errors) = current_services(), form.typed_request(request.form)
    if wanted is None:
        return _exports_screen(request.form, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        asked = ask_for_file(services, export_caller(), wanted)
    except DomainError as error:
        return _exports_screen(request.form, {"name": _sentence(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
    with committed(services.engine) as connection:
        details = {"filter": filter_words(asked.parameters)}
        write_record(connection, current_person(), "prepare_export", asked.name, details, services.clock())
    flash("The file is being prepared. Its progress is below.")
    return redirect(url_for("console_exports.show_exports", _anchor="prepared"), HTTPStatus.SEE_OTHER)


@blueprint.post("/batches")
@requires_person(Role.FINANCE)
def make_batch() -> ResponseReturnValue:
    """Make a batch: every entry that no earlier batch of the layout has."""
    services, sent = current_services(), request.form
    wanted, errors = form.typed_request({"name": "journal", "to": sent.get("to", "")})
    if wanted is None:
        return _exports_screen(sent, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        order = BatchOrder(
            Layout(sent.get("layout", "")),
            Granularity(sent.get("granularity", Granularity.TRANSACTION)),
            sent.get("currency", "").strip().upper() or None,
            wanted.to_on,
        )
        batch = create_batch(_exports(), export_caller(), order)
    except (DomainError, ValueError) as error:
        return _exports_screen(sent, {"batch-layout": _sentence(error)}), HTTPStatus.CONFLICT
    with committed(services.engine) as connection:
        details = {"layout": order.layout.value, "entries": batch.entry_count}
        write_record(connection, current_person(), "make_batch", f"batch {batch.number}", details, services.clock())
    flash(f"Batch {batch.number} has {counted(batch.entry_count, 'entry')}.")
    return redirect(url_for("console_exports.show_exports", _anchor="batches"), HTTPStatus.SEE_OTHER)


def export_response(wanted: ExportRequest) -> Response:
    """Return the response that streams a file."""
    stream = open_export(_exports(), export_caller(), wanted, wanted.file_format.value)
    is_spreadsheet = wanted.file_format is FileFormat.XLSX
    response = Response(stream, content_type=XLSX_TYPE if is_spreadsheet else CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{stream.file_name}"'
    response.headers["Keepopen-As-Of"] = str(stream.as_of)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def link_to_file(query: Mapping[str, Any]) -> str:
    """Return the address of a file with these fields of the form."""
    return url_for("console_exports.download", **query)


def export_caller() -> Caller:
    """Return the signed-in person as a caller of exports. The screens need the role finance, which may see all."""
    person = current_person()
    return Caller(f"{person.name} ({person.id})", may_export=True, may_see_personal_data=person.may(Role.FINANCE))


def _exports() -> Exports:
    services = current_services()
    return Exports(services.engine, services.settings, services.clock)


def _exports_screen(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    services = current_services()
    zone = services.settings.accounting_zone
    with connected(services.engine) as connection:
        prepared = list_preparations(connection, SHOWN)
        runs = list_runs(connection, SHOWN)
        batches = list_batches(connection, SHOWN)
    return screen(
        "exports/exports.html",
        KEY,
        TITLE,
        names=[(name.value, words) for name, words in form.NAMES.items()],
        layouts=[(layout.value, words) for layout, words in form.LAYOUTS.items()],
        granularities=[(granularity.value, words) for granularity, words in form.GRANULARITIES.items()],
        formats=form.FORMATS,
        typed=typed,
        presets=days_of({}, services.clock().astimezone(zone).date(), zone).presets,
        sums_in_words=sums_in_words,
        name_of=name_of,
        errors=errors,
        prepared=[(file, filter_words(file.parameters), _prepared_link(file)) for file in prepared],
        batches=batch_lines(batches),
        table=runs_table(runs, services.clock(), zone, link_to_file),
        zone=zone,
    )


def _prepared_link(file: Preparation) -> str:
    return link_to_file(file_query(file.name, file.parameters, file.as_of))


def _sentence(error: Exception) -> str:
    text = error.title if isinstance(error, DomainError) else "choose an accounting system"
    return f"{text[:1].upper()}{text[1:]}."
