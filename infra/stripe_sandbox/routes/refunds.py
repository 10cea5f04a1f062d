"""Routes for refunds. A new refund is checked: whether its charge can be refunded, and by how much."""

from infra.stripe_sandbox.errors import ApiError, BadParameterError, missing
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import charges, refunds
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/refunds")
def create(sandbox: Sandbox, params: Params) -> Json:
    charge = _charge_of(sandbox, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(charge, amount, left)
    with sandbox.at_clock(sandbox.clock_of(charge)):
        charges.ensure_booked(sandbox, charge)
        return refunds.make(sandbox, charge, amount, params)


def _charge_of(sandbox: Sandbox, params: Params) -> Json:
    if "charge" in params:
        return sandbox.store.need("charge", params["charge"], "charge")
    if "payment_intent" not in params:
        raise missing("charge")
    intent = sandbox.store.need("payment_intent", params["payment_intent"], "payment_intent")
    if not intent.get("latest_charge"):
        raise ApiError("This PaymentIntent has no charge to refund.")
    return sandbox.store.need("charge", intent["latest_charge"], "payment_intent")


def _check(charge: Json, amount: int, left: int) -> None:
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} has not succeeded and cannot be refunded.", param="charge")
    if charge["disputed"]:
        raise ApiError(f"Charge {charge['id']} is disputed and cannot be refunded.", code="charge_disputed")
    if charge["refunded"]:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise BadParameterError("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        message = f"The refund of {amount} is more than the {left} that can still be refunded."
        raise BadParameterError(message, "amount")


@routes.add("GET /v1/refunds")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "refund", params, "charge", "payment_intent")


@routes.add("GET /v1/refunds/{id}")
def retrieve(sandbox: Sandbox, params: Params, refund_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("refund", refund_id)


@routes.add("POST /v1/refunds/{id}")
def update(sandbox: Sandbox, params: Params, refund_id: str) -> Json:
    refund = sandbox.store.need("refund", refund_id)
    before = sandbox.change(refund, metadata=merged(refund["metadata"], params.get("metadata", {})))
    if before:
        sandbox.emit("refund.updated", refund, before)
        sandbox.emit("charge.refund.updated", refund, before)
    return refund


@routes.add("POST /v1/refunds/{id}/cancel")
def cancel(sandbox: Sandbox, params: Params, refund_id: str) -> Json:  # noqa: ARG001
    refund = sandbox.store.need("refund", refund_id)
    if refund["status"] not in ("pending", "requires_action"):
        raise ApiError(f"Refund {refund_id} is {refund['status']} and cannot be canceled.")
    refunds.cancel(sandbox, refund)
    return refund
