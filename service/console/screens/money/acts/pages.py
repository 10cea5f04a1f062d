"""What finance does with a contribution: refund, cancel, send a receipt again, send a link to the portal.

Each form carries a key that names the wish, so that sending it twice acts once.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import flask
from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from service.console.frame import screen
from service.console.screens.money import words
from service.console.screens.money.agreed_refund import second_person_sentence, wanted_refund
from service.console.screens.money.contribution import ContributionPage
from service.console.screens.money.pages import KEY, link_to, own_contribution
from service.console.screens.money.refund import RefundPlan, consequences, plan_refund
from service.contributions.portal.portal import send_link_of_staff
from service.contributions.timeline.history import Payment
from service.database.transaction import committed, connected
from service.errors import DomainError, InvalidAmountError, StripeUnavailableError
from service.ids import new_id
from service.money import major_text
from service.reconciliation.contribution_acts import cancel_contribution, send_receipt_again
from service.reconciliation.refund_store import find_request
from service.reconciliation.refunds import RefundWish, refund_charge
from service.services import current_services
from service.staff.agreeing import ask_for_agreement
from service.staff.agreements import is_above
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record

TEXTS = {
    "refund": "How much do you refund?",
    "review": "Is this the refund that you want?",
    "cancel": "When should this contribution end?",
    "mail": "Which mail do you send again?",
}

blueprint = flask.Blueprint(
    "console_money_acts", __name__, url_prefix="/console/money/contributions", template_folder="../templates"
)


@blueprint.get("/<contribution_id>/refund")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def refund_form(contribution_id: str) -> ResponseReturnValue:
    """Ask for the payment and the amount. With an amount in the address, say what the refund will do."""
    page = own_contribution(contribution_id)
    if "amount" not in request.args:
        return _refund_screen(page, {})
    try:
        plan = plan_refund(_payment(page, request.args.get("charge", "")), request.args["amount"])
    except InvalidAmountError as error:
        return _refund_screen(page, {"amount": _sentence(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _refund_screen(page, {}, plan=plan)


@blueprint.post("/<contribution_id>/refund")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def refund(contribution_id: str) -> ResponseReturnValue:
    """Make the refund. A form that is sent twice makes one refund."""
    page = own_contribution(contribution_id)
    payment, key = _payment(page, request.form.get("charge", "")), request.form.get("key") or abort(400)
    try:
        plan = plan_refund(payment, request.form.get("amount", ""))
        made = _refund_once(page, plan, key)
    except DomainError as error:
        if _is_made(key):
            return _back(contribution_id, "This refund has been made already.")
        return _refund_screen(page, {"amount": _sentence(error)}, _status(error), key=key)
    return _back(contribution_id, made)


@blueprint.get("/<contribution_id>/cancel")
@requires_person(Role.FINANCE)
def cancel_form(contribution_id: str) -> ResponseReturnValue:
    """Ask when a recurring contribution should end."""
    return screen("money/cancel.html", KEY, TEXTS["cancel"], page=own_contribution(contribution_id), errors={})


@blueprint.post("/<contribution_id>/cancel")
@requires_person(Role.FINANCE)
def cancel(contribution_id: str) -> ResponseReturnValue:
    """Cancel a recurring contribution, at once or when the paid period ends."""
    page, is_at_once = own_contribution(contribution_id), request.form.get("when") == "now"
    try:
        cancel_contribution(current_services(), contribution_id, is_at_once=is_at_once)
    except DomainError as error:
        errors = {"when": _sentence(error)}
        return screen("money/cancel.html", KEY, TEXTS["cancel"], page=page, errors=errors), _status(error)
    _record("cancel_contribution", contribution_id, {"is_at_once": is_at_once})
    return _back(contribution_id, "The contribution has ended." if is_at_once else "The contribution is cancelled.")


@blueprint.get("/<contribution_id>/mail")
@requires_person(Role.FINANCE)
def mail_form(contribution_id: str) -> ResponseReturnValue:
    """Offer the receipts and the link that can be sent again."""
    return _mail_screen(own_contribution(contribution_id), {})


@blueprint.post("/<contribution_id>/receipt")
@requires_person(Role.FINANCE)
def receipt(contribution_id: str) -> ResponseReturnValue:
    """Let Stripe send the receipt of a payment again."""
    page, key = own_contribution(contribution_id), request.form.get("key") or abort(400)
    charge_id = request.form.get("charge", "")
    try:
        address = send_receipt_again(current_services(), contribution_id, charge_id, key)
    except DomainError as error:
        return _mail_screen(page, {"charge": _sentence(error)}, _status(error))
    _record("send_receipt_again", contribution_id, {"charge": charge_id})
    return _back(contribution_id, f"Stripe sends the receipt to {address}.")


@blueprint.post("/<contribution_id>/portal-link")
@requires_person(Role.FINANCE)
def portal_link(contribution_id: str) -> ResponseReturnValue:
    """Mail a one-time link with which the supporter manages the contribution."""
    page, key = own_contribution(contribution_id), request.form.get("key") or abort(400)
    if not key.isalnum() or not send_link_of_staff(current_services(), contribution_id, key):
        return _mail_screen(page, {"charge": "No address of the supporter is known."}, HTTPStatus.CONFLICT)
    _record("send_portal_link", contribution_id, {})
    return _back(contribution_id, "The link goes out within a minute. It works once, for 30 minutes.")


def _refund_once(page: ContributionPage, plan: RefundPlan, key: str) -> str:
    """Make the refund, record it unless it was made before, and return the sentence about it.

    A refund above the limit waits for a second person instead.
    """
    services, person = current_services(), current_person()
    wanted = wanted_refund(page.found.id, page.found.site, plan)
    is_large = is_above(services.settings.approval_limits, plan.amount)
    if is_large and ask_for_agreement(services, person, wanted) is not None:
        return "The refund waits until a second person agrees on the screen Agreements."
    was_made = _is_made(key)
    amount = major_text(plan.amount.amount_minor, plan.amount.currency)
    refund = refund_charge(services, RefundWish(plan.payment.id, key, person.name, amount))
    if not was_made:
        details = {"charge": plan.payment.id, "refund": refund.id, "amount": amount, "currency": plan.amount.currency}
        _record("refund_contribution", page.found.id, details)
    return f"{words.money(plan.amount)} is refunded ({refund.id}, {refund.status})."


def _is_made(key: str) -> bool:
    with connected(current_services().engine) as connection:
        known = find_request(connection, key)
    return known is not None and known.refund_id is not None


def _refund_screen(
    page: ContributionPage,
    errors: Mapping[str, str],
    status: int = HTTPStatus.OK,
    *,
    plan: RefundPlan | None = None,
    key: str | None = None,
) -> ResponseReturnValue:
    typed = request.values.get("amount", "")
    sentences = _sentences(page, plan) if plan else ()
    values: dict[str, Any] = {
        "page": page,
        "plan": plan,
        "sentences": sentences,
        "typed": typed,
        "charge": request.values.get("charge", ""),
        "wish": key or new_id("rfk"),
        "errors": errors,
    }
    return screen("money/refund.html", KEY, TEXTS["review" if plan else "refund"], **values), status


def _sentences(page: ContributionPage, plan: RefundPlan) -> tuple[str, ...]:
    wanted = wanted_refund(page.found.id, page.found.site, plan)
    second = second_person_sentence(current_services(), current_person(), wanted, plan)
    return consequences(plan, page.found.email, second)


def _mail_screen(page: ContributionPage, errors: Mapping[str, str], status: int = HTTPStatus.OK) -> ResponseReturnValue:
    key = new_id("key").removeprefix("key_")
    return screen("money/mail.html", KEY, TEXTS["mail"], page=page, wish=key, errors=errors), status


def _payment(page: ContributionPage, charge_id: str) -> Payment:
    """Return the payment with this id, or the newest that can be refunded. Answer 404 if it is not of the page."""
    if not charge_id and page.refundable:
        return page.refundable[0]
    return page.payment(charge_id) or abort(HTTPStatus.NOT_FOUND)


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


def _sentence(error: DomainError) -> str:
    text = error.title
    return f"{text[:1].upper()}{text[1:]}."
