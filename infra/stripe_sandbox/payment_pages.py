"""Paying a Checkout Session through the API, as Stripe's own command line does: /v1/payment_pages/{session}."""

from infra.stripe_sandbox import checkout_payment, checkout_sessions, payment_methods, payments
from infra.stripe_sandbox.checkout_payment import Payer
from infra.stripe_sandbox.errors import ApiError, missing
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json


@route("GET /v1/payment_pages/{id}")
def retrieve(sandbox: Sandbox, params: Params, session_id: str) -> Json:  # noqa: ARG001
    return _page(sandbox, checkout_sessions.need(sandbox, session_id))


def _page(sandbox: Sandbox, session: Json) -> Json:
    """The payment page stands for its session; its id is its own at Stripe, the session's here."""
    lines = sandbox.store.need("_plan", session["id"])["lines"]
    return {
        "id": session["id"],
        "object": "payment_page",
        "amount_total": session["amount_total"],
        "currency": session["currency"],
        "customer": session.get("customer"),
        "customer_email": session.get("customer_email"),
        "line_items": lines,
        "livemode": False,
        "mode": session["mode"],
        "session_id": session["id"],
        "status": session["status"],
        "total_summary": {"due": session["amount_total"], "total": session["amount_total"]},
        "url": session["url"],
    }


@route("POST /v1/payment_pages/{id}/confirm")
def confirm(sandbox: Sandbox, params: Params, session_id: str) -> Json:
    session = checkout_sessions.need(sandbox, session_id)
    if not params.get("payment_method"):
        raise missing("payment_method")
    if session["status"] != "open":
        raise ApiError("This payment page cannot be confirmed any more.", code="payment_page_unexpected_state")
    method = payment_methods.resolve(sandbox, params["payment_method"])
    billing = method["billing_details"]
    payer = Payer(
        email=billing["email"] or session.get("customer_email"),
        name=billing["name"],
        country=billing["address"]["country"],
        postal_code=billing["address"]["postal_code"],
    )
    outcome = checkout_payment.pay(sandbox, session, payment_methods.behaviour(sandbox, method["id"]), payer)
    if outcome == "declined":
        raise payments.decline_of(sandbox, checkout_payment.tried_intent(sandbox, session))
    return _page(sandbox, session)
