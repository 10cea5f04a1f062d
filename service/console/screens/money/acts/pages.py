"""What finance does with a contribution besides refunds: cancel it, send a receipt again, send a link to the portal.

Each form of a mail carries a key that names the wish, so that sending it twice sends one mail.
"""

from collections.abc import Mapping
from http import HTTPStatus

import flask
from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from service.console.frame import screen
from service.console.screens.money.contribution import ContributionPage
from service.console.screens.money.pages import KEY, form_key, link_to, moment, own_contribution
from service.console.screens.money.words import sentence
from service.contributions.portal.portal import send_link_of_staff
from service.database.transaction import committed
from service.errors import DomainError, StripeUnavailableError
from service.ids import new_id
from service.reconciliation.contribution_acts import cancel_contribution, send_receipt_again
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record

CANCEL_TITLE = "When should this contribution end?"
MAIL_TITLE = "Which mail do you send?"

blueprint = flask.Blueprint(
    "console_money_acts", __name__, url_prefix="/console/money/contributions", template_folder="../templates"
)


@blueprint.get("/<contribution_id>/cancel")
@requires_person(Role.FINANCE)
def cancel_form(contribution_id: str) -> ResponseReturnValue:
    """Ask when a recurring contribution should end."""
    return screen("money/cancel.html", KEY, CANCEL_TITLE, page=own_contribution(contribution_id), errors={})


@blueprint.post("/<contribution_id>/cancel")
@requires_person(Role.FINANCE)
def cancel(contribution_id: str) -> ResponseReturnValue:
    """Cancel a recurring contribution, at once or when the paid period ends."""
    page, is_at_once = own_contribution(contribution_id), request.form.get("when") == "now"
    try:
        cancel_contribution(current_services(), contribution_id, is_at_once=is_at_once)
    except DomainError as error:
        errors = {"when": sentence(error)}
        return screen("money/cancel.html", KEY, CANCEL_TITLE, page=page, errors=errors), _status(error)
    _record("cancel_contribution", contribution_id, {"is_at_once": is_at_once})
    done = "The contribution has ended." if is_at_once else "The contribution is cancelled. It runs until its paid end."
    mail = f" A mail about it goes to {page.found.email}." if page.found.email else ""
    return _back(contribution_id, done + mail)


@blueprint.get("/<contribution_id>/mail")
@requires_person(Role.FINANCE)
def mail_form(contribution_id: str) -> ResponseReturnValue:
    """Offer the receipts and the link that can be sent again."""
    return _mail_screen(own_contribution(contribution_id), {})


@blueprint.post("/<contribution_id>/receipt")
@requires_person(Role.FINANCE)
def receipt(contribution_id: str) -> ResponseReturnValue:
    """Let Stripe send the receipt of a payment again."""
    page, key = own_contribution(contribution_id), form_key()
    charge_id = request.form.get("charge", "")
    try:
        address = send_receipt_again(current_services(), contribution_id, charge_id, key)
    except DomainError as error:
        return _mail_screen(page, {"charge": sentence(error)}, _status(error))
    _record("send_receipt_again", contribution_id, {"charge": charge_id})
    return _back(contribution_id, f"Stripe sends the receipt to {address}.")


@blueprint.post("/<contribution_id>/portal-link")
@requires_person(Role.FINANCE)
def portal_link(contribution_id: str) -> ResponseReturnValue:
    """Mail a one-time link with which the supporter manages the contribution."""
    page, key = own_contribution(contribution_id), form_key()
    if not send_link_of_staff(current_services(), contribution_id, key):
        return _mail_screen(page, {"charge": "No address of the supporter is known."}, HTTPStatus.CONFLICT)
    _record("send_portal_link", contribution_id, {})
    return _back(contribution_id, "The link goes out within a minute. It works once, for 30 minutes.")


def _mail_screen(page: ContributionPage, errors: Mapping[str, str], status: int = HTTPStatus.OK) -> ResponseReturnValue:
    key = new_id("key").removeprefix("key_")
    return screen("money/mail.html", KEY, MAIL_TITLE, page=page, wish=key, errors=errors, zone=moment().zone), status


def _record(act: str, contribution_id: str, details: Mapping[str, object]) -> None:
    services = current_services()
    with committed(services.engine) as connection:
        write_record(connection, current_person(), act, contribution_id, details, services.clock())


def _back(contribution_id: str, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(link_to(contribution_id), HTTPStatus.SEE_OTHER)


def _status(error: DomainError) -> int:
    is_temporary = isinstance(error, StripeUnavailableError)
    return HTTPStatus.SERVICE_UNAVAILABLE if is_temporary else HTTPStatus.UNPROCESSABLE_ENTITY
