"""The screen System: does everything run, and what does the doctor say?"""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from service.console.frame import chosen_shape, row_limit, screen, table_file
from service.console.system.checkup import Checkup, check_up
from service.console.system.reading import system_state
from service.console.system.requeuing import requeue
from service.console.system.tables import event_table, job_table
from service.console.tables import TableShape
from service.console.today.moments import age_words, moment_words
from service.database.transaction import committed
from service.jobs.state_store import job_states
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role
from service.stripe_events.backlog_store import event_backlog
from service.stripe_events.store import EventStatus, list_events

blueprint = Blueprint("console_system", __name__, url_prefix="/console/system", template_folder="templates")
MOST_FILE_ROWS = 10_000


@blueprint.get("")
@requires_person(Role.VIEWER)
def show() -> str:
    """Show the state of the service."""
    return _page(None)


@blueprint.get("/doctor")
@requires_person(Role.VIEWER)
def doctor() -> str:
    """Run the doctor, and show its findings above the state of the service."""
    return _page(check_up(current_services()))


@blueprint.get("/jobs")
@requires_person(Role.VIEWER)
def jobs() -> ResponseReturnValue:
    """Show the jobs of the queue as a page, CSV or JSON."""
    services = current_services()
    with committed(services.engine) as connection:
        table = job_table(job_states(connection), services.clock(), _zone())
    if chosen_shape() is not TableShape.PAGE:
        return table_file(table)
    return screen("system/jobs.html", "system", "What does the worker have to do?", table=table)


@blueprint.get("/events")
@requires_person(Role.VIEWER)
def events() -> ResponseReturnValue:
    """Show the events that were given up as a page, CSV or JSON."""
    services = current_services()
    with committed(services.engine) as connection:
        found = list_events(connection, EventStatus.DEAD, row_limit() or MOST_FILE_ROWS)
        table = event_table(found, event_backlog(connection).dead_count, services.clock(), _zone())
    if chosen_shape() is not TableShape.PAGE:
        return table_file(table)
    may_requeue = current_person().may(Role.ADMIN)
    return screen(
        "system/events.html", "system", "Which events of Stripe were given up?", table=table, may_requeue=may_requeue
    )


@blueprint.post("/events/requeue")
@requires_person(Role.ADMIN)
def requeue_given_up() -> Response:
    """Let the worker try the named event again, or all that were given up."""
    event_id = request.form.get("event_id", "").strip()
    count = requeue(current_services(), current_person(), [event_id] if event_id else None)
    words = "1 event waits" if count == 1 else f"{count} events wait"
    flash(f"{words} for the worker again." if count else "Nothing was queued: no such event was given up.")
    return redirect(url_for("console_system.events"), HTTPStatus.SEE_OTHER)


def _page(checkup: Checkup | None) -> str:
    services, zone = current_services(), _zone()
    state = system_state(services)
    return screen(
        "system/system.html",
        "system",
        "Does everything run?",
        state=state,
        alarms=state.alarms if current_person().sites is None else (),
        checkup=checkup,
        zone=zone,
        age=age_words,
        moment=lambda at: moment_words(at, state.now, zone),
    )


def _zone() -> ZoneInfo:
    return current_services().settings.accounting_zone
