"""Refunds: of a whole charge or a part, settled now or later, sometimes returned by the bank."""

from infra.stripe_sandbox import balance, charges, payment_methods
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import ApiError, BadParameterError, NotFoundError, missing
from infra.stripe_sandbox.listing import listed
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.shapes import Json


@route("POST /v1/refunds")
def create(sandbox: Sandbox, params: Params) -> Json:
    charge = _charge_of(sandbox, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(charge, amount, left)
    with sandbox.at_clock(sandbox.clock_of(charge)):
        charges.ensure_booked(sandbox, charge)
        return _make(sandbox, charge, amount, params)


def _charge_of(sandbox: Sandbox, params: Params) -> Json:
    if "charge" in params:
        return charges.need(sandbox, params["charge"], "charge")
    if "payment_intent" not in params:
        raise missing("charge")
    intent = sandbox.store.get("payment_intent", params["payment_intent"])
    if intent is None:
        raise NotFoundError("payment_intent", params["payment_intent"], "payment_intent")
    if not intent.get("latest_charge"):
        raise ApiError("This PaymentIntent does not have a successful charge to refund.")
    return charges.need(sandbox, intent["latest_charge"], "payment_intent")


def _check(charge: Json, amount: int, left: int) -> None:
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} has not succeeded and cannot be refunded.", param="charge")
    if charge["disputed"]:
        raise ApiError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if charge["refunded"]:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise BadParameterError("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise BadParameterError(message, "amount")


def _make(sandbox: Sandbox, charge: Json, amount: int, params: Params) -> Json:
    behaves = payment_methods.behaviour(sandbox, charge["payment_method"])
    refund_id = sandbox.id("re")
    settled, currency, rate = balance.settlement(sandbox, amount, charge["currency"])
    kind = "refund" if behaves.kind == "card" else "payment_refund"
    transaction = balance.book(sandbox, refund_id, kind, -settled, currency, category="refund", rate=rate)
    is_pending = behaves.refund == "pending" or behaves.kind != "card"
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    body: Json = {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": transaction["id"],
        "charge": charge["id"],
        "created": sandbox.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"type": "card", "card": card} if behaves.kind == "card" else {"type": behaves.kind},
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "status": "pending" if is_pending else "succeeded",
    }
    if is_pending:
        body["pending_reason"] = "processing"
    sandbox.store.add(body)
    refunded = charge["amount_refunded"] + amount
    before = sandbox.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount_captured"])
    sandbox.emit("refund.created", body)
    sandbox.emit("charge.refunded", charge, before)
    wait = sandbox.settings.refund_settles_after_seconds
    sandbox.schedule_after(wait, "settle_refund", refund=refund_id, fails=behaves.refund == "fails")
    return body


@task("settle_refund")
def _settle(sandbox: Sandbox, arguments: Json) -> None:
    refund = sandbox.store.need("refund", arguments["refund"])
    if refund["status"] not in ("succeeded", "pending"):
        return
    if arguments["fails"]:
        fail(sandbox, refund)
        return
    details = dict(refund["destination_details"])
    if "card" in details:
        reference = sandbox.ids.choice("0123456789", 12)
        details["card"] = {**details["card"], "reference": reference, "reference_status": "available"}
    refund.pop("pending_reason", None)
    before = sandbox.change(refund, status="succeeded", destination_details=details)
    sandbox.emit("refund.updated", refund, before)
    sandbox.emit("charge.refund.updated", refund, before)


def fail(sandbox: Sandbox, refund: Json, reason: str = "expired_or_canceled_card") -> None:
    """The bank could not take it: the amount comes back and the charge is no longer refunded by it."""
    transaction = sandbox.store.need("balance_transaction", refund["balance_transaction"])
    back = balance.book(sandbox, refund["id"], "refund_failure", -transaction["amount"], transaction["currency"])
    changes = {"status": "failed", "failure_reason": reason, "failure_balance_transaction": back["id"]}
    before = sandbox.change(refund, **changes)
    _give_back(sandbox, refund)
    sandbox.emit("refund.updated", refund, before)
    sandbox.emit("charge.refund.updated", refund, before)
    sandbox.emit("refund.failed", refund)


def _give_back(sandbox: Sandbox, refund: Json) -> None:
    charge = charges.need(sandbox, refund["charge"])
    sandbox.change(charge, amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)


def need(sandbox: Sandbox, refund_id: str) -> Json:
    found = sandbox.store.get("refund", refund_id)
    if found is None:
        raise NotFoundError("refund", refund_id)
    return found


@route("GET /v1/refunds")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "refund", params, "charge", "payment_intent")


@route("GET /v1/refunds/{id}")
def retrieve(sandbox: Sandbox, params: Params, refund_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, refund_id)


@route("POST /v1/refunds/{id}")
def update(sandbox: Sandbox, params: Params, refund_id: str) -> Json:
    refund = need(sandbox, refund_id)
    before = sandbox.change(refund, metadata=merged(refund["metadata"], params.get("metadata", {})))
    if before:
        sandbox.emit("refund.updated", refund, before)
        sandbox.emit("charge.refund.updated", refund, before)
    return refund


@route("POST /v1/refunds/{id}/cancel")
def cancel(sandbox: Sandbox, params: Params, refund_id: str) -> Json:  # noqa: ARG001
    refund = need(sandbox, refund_id)
    if refund["status"] not in ("pending", "requires_action"):
        raise ApiError(f"Refund {refund_id} is {refund['status']} and cannot be canceled.")
    transaction = sandbox.store.need("balance_transaction", refund["balance_transaction"])
    back = balance.book(sandbox, refund_id, "refund_failure", -transaction["amount"], transaction["currency"])
    before = sandbox.change(refund, status="canceled", failure_balance_transaction=back["id"])
    _give_back(sandbox, refund)
    sandbox.emit("refund.updated", refund, before)
    return refund
