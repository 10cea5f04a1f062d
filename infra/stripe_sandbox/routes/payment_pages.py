"""Routes by which Stripe's command line pays a Checkout Session: /v1/payment_pages/{session}."""

from infra.stripe_sandbox.errors import ApiError, missing
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import checkout_payment, payment_intents, payment_methods
from infra.stripe_sandbox.objects.checkout_payment import Payer
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("GET /v1/payment_pages/{id}")
def retrieve(sandbox: Sandbox, params: Params, session_id: str) -> Json:  # noqa: ARG001
    return _page(sandbox, sandbox.store.need("checkout.session", session_id))


def _page(sandbox: Sandbox, session: Json) -> Json:
    """Return the payment page of a session. It has the id of the session; at Stripe it has its own."""
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


@routes.add("POST /v1/payment_pages/{id}/confirm")
def confirm(sandbox: Sandbox, params: Params, session_id: str) -> Json:
    session = sandbox.store.need("checkout.session", session_id)
    if not params.get("payment_method"):
        raise missing("payment_method")
    if session["status"] != "open":
        raise ApiError("The session of this payment page is not open any more.", code="payment_page_unexpected_state")
    method = payment_methods.resolve(sandbox, params["payment_method"])
    billing = method["billing_details"]
    payer = Payer(
        email=billing["email"] or session.get("customer_email"),
        name=billing["name"],
        country=billing["address"]["country"],
        postal_code=billing["address"]["postal_code"],
    )
    outcome = checkout_payment.pay(sandbox, session, payment_methods.behaviour_of(sandbox, method["id"]), payer)
    if outcome == "declined":
        raise payment_intents.decline_of(sandbox, checkout_payment.tried_intent(sandbox, session))
    return _page(sandbox, session)
