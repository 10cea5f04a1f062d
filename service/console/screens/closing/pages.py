"""`/console/close`: the checklist of a month, what can be done about each step, and closing by two persons."""

from datetime import date
from http import HTTPStatus

import flask
from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.console.frame import file_of, screen
from service.console.screens.closing.closing_acts import close_wish, close_with_agreement, waiting_close
from service.console.screens.closing.periods import BooksPeriod, day_of, months_to_close, usual_last_day
from service.console.screens.closing.tables import ClosingTables
from service.console.screens.closing.words import exception_words
from service.console.screens.money.words import sentence
from service.console.words import counted
from service.database.transaction import committed, connected
from service.errors import DomainError
from service.ledger.closings.notes_store import ClosingNote, add_note
from service.ledger.closings.store import closed_through, closing_of, list_closings
from service.ledger.manual.checks import ManualEntryError, clean_text
from service.reconciliation.checklist.reading import read_checklist
from service.reconciliation.checklist.steps import ACCEPTABLE, closing_steps, is_complete
from service.reconciliation.jobs import defer_check, defer_sync
from service.services import current_services
from service.staff.agreements import AgreedAct, needs_of, needs_second_person
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record
from service.staff.store import list_people
from service.stripe_events.jobs import defer_refresh
from service.stripe_events.store import requeue_events

KEY = "closing"
READERS = (Role.VIEWER, Role.FINANCE)

blueprint = flask.Blueprint("console_closing", __name__, url_prefix="/console/close", template_folder="templates")


@blueprint.get("")
@requires_person(*READERS)
def show_checklist() -> ResponseReturnValue:
    """Show the checklist of a period, its figures, and the closings so far. A closed period has a page of its own."""
    day = _last_day(request.args.get("through", ""))
    with connected(current_services().engine) as connection:
        closing = closing_of(connection, day)
    if closing is not None and closing.closed_through == day:
        return redirect(url_for("console_closing_closed.show_files", day=day.isoformat()), HTTPStatus.SEE_OTHER)
    return _checklist_screen({})


@blueprint.post("")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def close() -> ResponseReturnValue:
    """Close the period, or ask a second person to close it."""
    day = _last_day(request.form.get("through", ""))
    try:
        told, is_closed = close_with_agreement(current_services(), current_person(), day)
    except DomainError as error:
        return _checklist_screen({"close": f"Not closed: {sentence(error)}"}), HTTPStatus.CONFLICT
    flash(told)
    if is_closed:
        return redirect(url_for("console_closing_closed.show_files", day=day.isoformat()), HTTPStatus.SEE_OTHER)
    return _back(day.isoformat())


@blueprint.post("/pull")
@requires_person(Role.FINANCE)
def pull() -> ResponseReturnValue:
    """Queue a complete pull from Stripe."""
    defer_sync(current_services())
    _record("pull_now", "Stripe")
    flash("Keepopen reads Stripe to the end and checks the books. Load this page again in a minute.")
    return _back(request.form.get("through", ""))


@blueprint.post("/check")
@requires_person(Role.FINANCE)
def check() -> ResponseReturnValue:
    """Queue a check of every invariant."""
    defer_check(current_services())
    _record("check_now", "the books")
    flash("The checks run. Load this page again in a minute.")
    return _back(request.form.get("through", ""))


@blueprint.post("/requeue")
@requires_person(Role.FINANCE)
def requeue() -> ResponseReturnValue:
    """Try every dead event again."""
    services = current_services()
    with committed(services.engine) as connection:
        requeued = requeue_events(connection, services.clock())
        details = {"events": list(requeued)[:100], "count": len(requeued)}
        write_record(connection, current_person(), "requeue_events", "dead events", details, services.clock())
    defer_refresh(services)
    flash(f"{counted(len(requeued), 'event')} will be tried again.")
    return _back(request.form.get("through", ""))


@blueprint.post("/notes")
@requires_person(Role.FINANCE)
def accept() -> ResponseReturnValue:
    """Accept an exception or a red check with a note, or take the note back with an empty one."""
    services, person = current_services(), current_person()
    day, subject, text = _last_day(request.form.get("through", "")), request.form["subject"], request.form["note"]
    try:
        note = clean_text(text, "the note") if text.strip() else None
    except ManualEntryError as error:
        return _checklist_screen({"note": sentence(error)}, typed=(subject, text)), HTTPStatus.UNPROCESSABLE_ENTITY
    if not _is_known(day, subject):
        flash("Nothing was changed: this exception is not open.", "error")
        return _back(day.isoformat())
    with committed(services.engine) as connection:
        add_note(connection, ClosingNote(day, subject, note, person.name, services.clock()))
        act = "accept_exception" if note else "take_note_back"
        write_record(connection, person, act, subject, {"through": day.isoformat(), "note": note}, services.clock())
    flash("Your note is saved." if note else "The note is taken back.")
    return _back(day.isoformat())


def _checklist_screen(errors: dict[str, str], typed: tuple[str, str] = ("", "")) -> str | Response:
    services, person = current_services(), current_person()
    day = _last_day(request.values.get("through", ""))
    with connected(services.engine) as connection:
        checklist = read_checklist(connection, services, day)
        closings = list_closings(connection)[::-1]
        people = list_people(connection)
        waiting = waiting_close(connection, day, person, services.clock())
    steps, state = closing_steps(checklist.state), checklist.state
    period = BooksPeriod(checklist.first_day, day)
    need = needs_of(services.settings.second_person)[AgreedAct.CLOSE_PERIOD]
    usual = usual_last_day(state.closed_through, state.today)
    tables = ClosingTables(services.clock(), services.settings.accounting_zone)
    return file_of(
        tables.steps(steps),
        tables.figures(checklist.figures.currencies),
        tables.exceptions(state.exceptions, state.notes),
        tables.closings(closings),
    ) or screen(
        "closing/checklist.html",
        KEY,
        f"Is {period.name} complete, and can I prove it?",
        checklist=checklist,
        steps=steps,
        period=period,
        months=months_to_close(state.closed_through, usual, state.today),
        waiting=waiting,
        needs_second=needs_second_person(need, close_wish(period, day), person, people),
        is_complete=is_complete(steps),
        red=[check for check in state.checks if not check.is_green and str(check.number) in ACCEPTABLE],
        closings=closings,
        exception_words=exception_words,
        errors=errors,
        typed=typed,
        zone=services.settings.accounting_zone,
        as_of=services.clock(),
        can_act=person.may(Role.FINANCE),
    )


def _is_known(last_day: date, subject: str) -> bool:
    """Return whether a subject can be accepted with a note: an open exception, or a check that may stay red."""
    services = current_services()
    with connected(services.engine) as connection:
        state = read_checklist(connection, services, last_day).state
    return subject in {*ACCEPTABLE, *state.notes, *(exception.subject for exception in state.exceptions)}


def _last_day(text: str) -> date:
    services = current_services()
    with connected(services.engine) as connection:
        closed = closed_through(connection)
    today = services.clock().astimezone(services.settings.accounting_zone).date()
    return day_of(text, usual_last_day(closed, today))


def _record(act: str, subject: str) -> None:
    services = current_services()
    with committed(services.engine) as connection:
        write_record(connection, current_person(), act, subject, {}, services.clock())


def _back(through: str) -> ResponseReturnValue:
    return redirect(url_for("console_closing.show_checklist", through=through or None), HTTPStatus.SEE_OTHER)
