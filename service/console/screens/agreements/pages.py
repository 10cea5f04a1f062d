"""The screen on which a second person agrees or refuses."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.agreed_acts import PERFORMERS
from service.console.frame import chosen_shape, file_of, screen
from service.console.screens.agreements.lines import lines_of, requests_table
from service.console.tables import TableShape
from service.database.transaction import committed
from service.errors import ConflictError, DomainError, ForbiddenError, NotFoundError
from service.services import current_services
from service.staff.agreeing import agree, refuse
from service.staff.agreements_store import recent_requests, waiting_requests
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.store import list_people

MAX_RECENT, MAX_RECENT_IN_FILES = 50, 10_000
MAX_WAITING = 20  # on the page, the oldest first; files have all

blueprint = Blueprint("console_agreements", __name__, url_prefix="/console/agreements", template_folder="templates")


@blueprint.get("")
@requires_person()
def show_all() -> str | Response:
    """Show what waits for a second person, and what became of earlier requests."""
    services, person, is_page = current_services(), current_person(), chosen_shape() is TableShape.PAGE
    now, zone = services.clock(), services.settings.accounting_zone
    with committed(services.engine) as connection:
        names = {other.id: other.name for other in list_people(connection)}
        requests = waiting_requests(connection, now)
        recent = recent_requests(connection, MAX_RECENT if is_page else MAX_RECENT_IN_FILES)
    waiting = lines_of(requests, person, names, now, zone)
    earlier = lines_of((request for request in recent if request not in requests), person, names, now, zone)
    file = file_of(requests_table((*waiting, *earlier), now, zone))
    if file is not None:
        return file
    return screen(
        "agreements/list.html",
        "agreements",
        "What waits for a second person?",
        zone=zone,
        waiting=waiting[:MAX_WAITING],
        more=len(waiting) - MAX_WAITING,
        earlier=earlier,
    )


@blueprint.post("/<request_id>/agree")
@requires_person()
@requires_fresh_sign_in
def give_agreement(request_id: str) -> AnyResponse:
    """Agree to a request, and do what was asked for."""
    try:
        _, sentence = agree(current_services(), request_id, current_person(), PERFORMERS)
    except (NotFoundError, ForbiddenError):
        raise
    except DomainError as error:
        flash(error.title, "error")
    else:
        flash(sentence)
    return redirect(url_for("console_agreements.show_all"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<request_id>/refuse")
@requires_person()
def refuse_agreement(request_id: str) -> AnyResponse:
    """Refuse a request, or withdraw an own one."""
    try:
        refuse(current_services(), request_id, current_person(), request.form.get("note", ""))
    except ConflictError as error:
        flash(error.title, "error")
    else:
        flash("Nothing was done, and the person who asked can see your answer here.")
    return redirect(url_for("console_agreements.show_all"), HTTPStatus.SEE_OTHER)
