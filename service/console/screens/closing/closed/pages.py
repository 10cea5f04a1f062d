"""`/console/close/closings/…`: the files of a closed period, reopening it, and `/console/close/mappings`."""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus

import flask
from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from service.console.frame import file_of, screen
from service.console.screens.closing.closed.files import archive, newest_by_name, prepare_files
from service.console.screens.closing.closing_acts import reopen_with_agreement
from service.console.screens.closing.pages import KEY
from service.console.screens.closing.periods import BooksPeriod
from service.console.screens.closing.tables import ClosingTables
from service.console.screens.exports.pages import export_caller
from service.console.screens.exports.tables import sums_in_words
from service.console.screens.money.words import sentence
from service.database.transaction import committed, connected
from service.errors import DomainError, InvalidDocumentError
from service.exports.batches.store import list_batches
from service.exports.exporting import Exports
from service.exports.layouts.mapping_store import find_mapping
from service.exports.layouts.mappings import apply_mapping
from service.exports.request import Layout
from service.exports.runs.preparations_store import list_preparations
from service.ledger.closings.figures_store import PeriodFigures, period_figures
from service.ledger.closings.store import Closing, closing_of, list_closings
from service.ledger.manual.checks import clean_text
from service.services import current_services
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record

SHOWN = 100

blueprint = flask.Blueprint(
    "console_closing_closed", __name__, url_prefix="/console/close", template_folder="../templates"
)


@blueprint.get("/closings/<day>")
@requires_person(Role.VIEWER, Role.FINANCE)
def show_files(day: str) -> ResponseReturnValue:
    """Show a closed period with its figures, files, hashes and batches."""
    return _files_screen(day, {})


@blueprint.post("/closings/<day>/files")
@requires_person(Role.FINANCE)
def write_files(day: str) -> ResponseReturnValue:
    """Write every file of the period in the background."""
    services = current_services()
    with connected(services.engine) as connection:
        _, period, _ = _closed(connection, day)
    prepare_files(services, export_caller(), period)
    _record("prepare_files", f"through {day}")
    flash("The files are being written. Load this page again in a minute.")
    return _back(day)


@blueprint.get("/files/<day>.zip")
@requires_person(Role.FINANCE)
def download_all(day: str) -> ResponseReturnValue:
    """Send every file of the period in one archive."""
    services = current_services()
    with connected(services.engine) as connection:
        closing, period, _ = _closed(connection, day)
    exports = Exports(services.engine, services.settings, services.clock)
    response = Response(archive(exports, export_caller(), period), content_type="application/zip")
    name = f"keepopen-{period.last_day}-as-of-{closing.as_of}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/closings/<day>/reopen")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def reopen(day: str) -> ResponseReturnValue:
    """Ask a second person to reopen the period."""
    services = current_services()
    with connected(services.engine) as connection:
        _, period, _ = _closed(connection, day)
    try:
        why = clean_text(request.form.get("why", ""), "the reason")
        told = reopen_with_agreement(services, current_person(), period.first_day or period.last_day, why)
    except DomainError as error:
        return _files_screen(day, {"why": sentence(error)}), HTTPStatus.CONFLICT
    flash(told)
    return _back(day)


@blueprint.get("/mappings")
@requires_person(Role.VIEWER, Role.FINANCE)
def show_mappings() -> ResponseReturnValue:
    """Show the account mappings in force."""
    return _mappings_screen({})


@blueprint.post("/mappings")
@requires_person(Role.FINANCE)
def put_mapping() -> ResponseReturnValue:
    """Put an account mapping in force."""
    services, person = current_services(), current_person()
    document = request.form.get("document", "")
    try:
        mapping, version = apply_mapping(services.engine, document, person.name, services.clock())
    except DomainError as error:
        problems = error.problems if isinstance(error, InvalidDocumentError) else (error.title,)
        return _mappings_screen(
            {"document": " ".join(f"{problem[:1].upper()}{problem[1:]}." for problem in problems)}, document
        ), 422
    _record("apply_mapping", f"{mapping.layout.value} version {version}")
    flash(f"Version {version} of the mapping for {mapping.layout.value} is in force.")
    return redirect(url_for("console_closing_closed.show_mappings"), HTTPStatus.SEE_OTHER)


def _files_screen(day: str, errors: Mapping[str, str]) -> str | Response:
    services = current_services()
    with connected(services.engine) as connection:
        closing, period, figures = _closed(connection, day)
        prepared = list_preparations(connection, SHOWN, period.last_day.isoformat())
        batches = [batch for batch in list_batches(connection, SHOWN) if batch.order.through_on == period.last_day]
    files, tables = newest_by_name(prepared), ClosingTables(services.clock(), services.settings.accounting_zone)
    return file_of(tables.files(files), tables.figures(figures.currencies)) or screen(
        "closing/files.html",
        KEY,
        f"What did {period.name} hold?",
        closing=closing,
        period=period,
        figures=figures,
        files=files,
        sums_in_words=sums_in_words,
        batches=batches,
        errors=errors,
        zone=services.settings.accounting_zone,
        can_act=current_person().may(Role.FINANCE),
    )


def _mappings_screen(errors: Mapping[str, str], typed: str = "") -> str:
    with connected(current_services().engine) as connection:
        found = [find_mapping(connection, layout) for layout in Layout if layout.is_mapped]
    return screen(
        "closing/mappings.html",
        KEY,
        "Which of your accounts takes which amounts?",
        mappings=[mapping for mapping in found if mapping is not None],
        errors=errors,
        typed=typed,
        can_act=current_person().may(Role.FINANCE),
    )


def _closed(connection: Connection, text: str) -> tuple[Closing, BooksPeriod, PeriodFigures]:
    """Return the closing in force that ends with this day, its period and figures. Answer 404 if there is none."""
    try:
        last_day = date.fromisoformat(text)
    except ValueError:
        abort(HTTPStatus.NOT_FOUND)
    closing = closing_of(connection, last_day)
    if closing is None or closing.closed_through != last_day:
        abort(HTTPStatus.NOT_FOUND)
    earlier = [
        other.closed_through
        for other in list_closings(connection)
        if other.closed_at < closing.closed_at and other.closed_through is not None and other.closed_through < last_day
    ]
    figures = period_figures(connection, max(earlier) + timedelta(days=1) if earlier else None, last_day)
    return closing, BooksPeriod(figures.first_day, last_day), figures


def _record(act: str, subject: str) -> None:
    services = current_services()
    with committed(services.engine) as connection:
        write_record(connection, current_person(), act, subject, {}, services.clock())


def _back(day: str) -> ResponseReturnValue:
    return redirect(url_for("console_closing_closed.show_files", day=day), HTTPStatus.SEE_OTHER)
