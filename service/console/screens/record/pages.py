"""The screen on which people read and check the record."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.frame import chosen_days, chosen_shape, screen, table_file
from service.console.navigation import READ_ROLES
from service.console.screens.record.details import act_in_words
from service.console.screens.record.table import record_file, record_table
from service.console.tables import MOST_COUNTED, ROWS_PER_PAGE, TableShape
from service.database.transaction import committed
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import COMMAND_LINE, Role
from service.staff.record import RecordFilter, is_genuine
from service.staff.record_checks.checking import check_record
from service.staff.record_checks.store import latest_check
from service.staff.record_store import count_rows, find_rows, recorded_acts
from service.staff.store import list_people
from service.web.rate_limits import limited_by_address

MAX_NUMBER_DIGITS = 18

blueprint = Blueprint("console_record", __name__, url_prefix="/console/record", template_folder="templates")


@blueprint.get("")
@requires_person(*READ_ROLES)
def show() -> str | Response:
    """Show the record, newest first. A person who works for some sites sees only what they did themselves."""
    services, person = current_services(), current_person()
    days = chosen_days(services.settings.accounting_zone)
    own_id = None if person.sites is None else person.id
    person_id = own_id or request.args.get("person") or None
    wanted = RecordFilter(days.starts_at, days.ends_at, person_id, request.args.get("act") or None, _after())
    is_file = chosen_shape() is not TableShape.PAGE
    with committed(services.engine) as connection:
        if is_file:
            return table_file(record_file(find_rows(connection, wanted, None), services.clock(), days.zone))
        rows = find_rows(connection, wanted, ROWS_PER_PAGE + 1)
        found = count_rows(connection, wanted, MOST_COUNTED)
        has_links = person.may(Role.VIEWER, Role.FINANCE)
        table = record_table(rows, found, services.clock(), days.zone, has_links=has_links)
        people, acts, check = list_people(connection), recorded_acts(connection), latest_check(connection)
    forged = next((row.number for row in reversed(rows[:ROWS_PER_PAGE]) if not is_genuine(row)), None)
    return screen(
        "record/show.html",
        "record",
        "Who did what, and when?",
        table=table,
        days=days,
        check=check,
        forged=forged,
        only_own=own_id is not None,
        people=[(other.id, other.name) for other in (*people, COMMAND_LINE)],
        acts=[(act, act_in_words(act)) for act in acts],
        chosen={"person": person_id or "", "act": wanted.act or ""},
    )


@blueprint.post("/check")
@requires_person(*READ_ROLES)
@limited_by_address("6 per minute")
def check() -> AnyResponse:
    """Check the whole record now."""
    services = current_services()
    found = check_record(services.engine, services.clock())
    if found.problem is None:
        flash(f"The record is whole: all {found.seen.number} rows were checked.")
    return redirect(url_for("console_record.show"), HTTPStatus.SEE_OTHER)


def _after() -> int | None:
    """Return the number of the row behind which this page begins. Answer 404 if the address has none that can be."""
    text = request.args.get("after", "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER_DIGITS):
        abort(HTTPStatus.NOT_FOUND)
    return int(text) if text else None
