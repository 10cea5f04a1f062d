"""Refund a payment: choose the amount, read what the refund will do, and make it.

Each form carries a key that names the wish, so that sending it twice refunds once.
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
from service.console.screens.money.pages import KEY, form_key, link_to, moment, own_contribution
from service.console.screens.money.payments import payment_line
from service.console.screens.money.refund import RefundPlan, consequences, half_of, plan_refund, told
from service.console.screens.money.words import sentence
from service.contributions.timeline.history import Payment
from service.database.transaction import committed, connected
from service.errors import DomainError, InvalidAmountError, StripeUnavailableError
from service.ids import new_id
from service.money import major_text
from service.reconciliation.refund_store import RefundRequest, find_request, unanswered_requests
from service.reconciliation.refunds import RefundWish, refund_charge
from service.services import current_services
from service.staff.agreeing import ask_for_agreement
from service.staff.agreements import is_above
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record

UNANSWERED = (
    "Stripe gave no answer, so it is not known whether the refund was made. Press the button again: it finds out, "
    "and never refunds twice."
)

blueprint = flask.Blueprint(
    "console_money_refunds", __name__, url_prefix="/console/money/contributions", template_folder="../templates"
)


@blueprint.get("/<contribution_id>/refund")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def show(contribution_id: str) -> ResponseReturnValue:
    """Ask for the payment and the amount. With an amount in the address, say what the refund will do."""
    page, charge_id = own_contribution(contribution_id), request.args.get("charge", "")
    if not charge_id and len(page.refundable) != 1 and "amount" not in request.args:
        return screen("money/refundable.html", KEY, "Which payment do you refund?", page=page, zone=moment().zone)
    payment = _payment(page, charge_id)
    if "amount" not in request.args:
        return _amount_screen(page, payment, {})
    try:
        plan = plan_refund(payment, request.args["amount"])
    except InvalidAmountError as error:
        return _amount_screen(page, payment, {"amount": sentence(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _review_screen(page, plan, new_id("rfk"), {})


@blueprint.post("/<contribution_id>/refund")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def refund(contribution_id: str) -> ResponseReturnValue:
    """Make the refund. A form that is sent twice makes one refund, also if Stripe did not answer the first time."""
    page, key = own_contribution(contribution_id), form_key()
    payment, known = _payment(page, request.form.get("charge", "")), _known(key)
    if known is not None and known.refund_id is not None:
        return _back(contribution_id, "This refund has been made already.")
    try:
        plan = RefundPlan(payment, known.amount) if known else plan_refund(payment, request.form.get("amount", ""))
    except InvalidAmountError as error:
        return _amount_screen(page, payment, {"amount": sentence(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = _ask_second_person(page, plan) if known is None else None
        return _back(contribution_id, made or _refund_now(page, plan, key))
    except DomainError as error:
        return _not_refunded(page, plan, key, error)


def _not_refunded(page: ContributionPage, plan: RefundPlan, key: str, error: DomainError) -> ResponseReturnValue:
    """Show why a refund was not made, or that it is not known, so that the same wish can be sent again."""
    known = _known(key)
    if known is not None and known.refund_id is not None:  # the button was pressed twice at the same time
        return _back(page.found.id, "This refund has been made already.")
    if known is not None or isinstance(error, StripeUnavailableError):
        return _review_screen(page, plan, key, {"refund": UNANSWERED}), HTTPStatus.SERVICE_UNAVAILABLE
    errors = {"amount": sentence(error)}
    return _amount_screen(page, plan.payment, errors, HTTPStatus.UNPROCESSABLE_ENTITY)


def _ask_second_person(page: ContributionPage, plan: RefundPlan) -> str | None:
    """Let a refund above the limit wait for a second person, and return the sentence about it. Return None if alone."""
    services, person = current_services(), current_person()
    wanted = wanted_refund(page.found.id, page.found.site, plan)
    is_large = is_above(services.settings.approval_limits, plan.amount)
    if not is_large or ask_for_agreement(services, person, wanted) is None:
        return None
    return "Nothing was refunded yet. The refund waits until a second person agrees on the screen Agreements."


def _refund_now(page: ContributionPage, plan: RefundPlan, key: str) -> str:
    """Make the refund, write it into the record, and return the sentence about it."""
    services, person = current_services(), current_person()
    amount = major_text(plan.amount.amount_minor, plan.amount.currency)
    made = refund_charge(services, RefundWish(plan.payment.id, key, person.name, amount))
    details = {"charge": plan.payment.id, "refund": made.id, "amount": amount, "currency": plan.amount.currency}
    with committed(services.engine) as connection:
        write_record(connection, person, "refund_contribution", page.found.id, details, services.clock())
    return told(plan, made.status, page.found.email)


def _amount_screen(
    page: ContributionPage, payment: Payment, errors: Mapping[str, str], status: int = HTTPStatus.OK
) -> ResponseReturnValue:
    values: dict[str, Any] = {
        "page": page,
        "line": payment_line(payment),
        "half": half_of(payment),
        "typed": request.values.get("amount", ""),
        "unanswered": _unanswered(payment),
        "zone": moment().zone,
        "errors": errors,
    }
    return screen("money/refund.html", KEY, "How much do you refund?", **values), status


def _review_screen(page: ContributionPage, plan: RefundPlan, key: str, errors: Mapping[str, str]) -> str:
    wanted = wanted_refund(page.found.id, page.found.site, plan)
    second = second_person_sentence(current_services(), current_person(), wanted, plan)
    return screen(
        "money/refund_review.html",
        KEY,
        f"Do you refund {words.money(plan.amount)}?",
        page=page,
        plan=plan,
        line=payment_line(plan.payment),
        sentences=consequences(plan, page.found.email, second),
        typed=request.values.get("amount", ""),
        wish=key,
        waits=second is not None,
        zone=moment().zone,
        errors=errors,
    )


def _payment(page: ContributionPage, charge_id: str) -> Payment:
    """Return the payment with this id, or the newest that can be refunded. Answer 404 if it is not of the page."""
    if not charge_id and page.refundable:
        return page.refundable[0].payment
    return page.payment(charge_id) or abort(HTTPStatus.NOT_FOUND)


def _known(key: str) -> RefundRequest | None:
    with connected(current_services().engine) as connection:
        return find_request(connection, key)


def _unanswered(payment: Payment) -> RefundRequest | None:
    """Return an earlier refund of the payment if Stripe may have made it, which is not known yet."""
    with connected(current_services().engine) as connection:
        keys = unanswered_requests(connection, payment.id)
        return find_request(connection, keys[0]) if keys else None


def _back(contribution_id: str, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(link_to(contribution_id), HTTPStatus.SEE_OTHER)
