"""Routes for payouts. A payout that is created here is manual."""

from infra.stripe_sandbox.errors import ApiError, BadParameterError
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import balance, payouts
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/payouts")
def create(sandbox: Sandbox, params: Params) -> Json:
    currency = params["currency"].lower()
    amounts = {funds["currency"]: funds["amount"] for funds in balance.balance(sandbox)["available"]}
    if params["amount"] < 1:
        raise BadParameterError("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if amounts.get(currency, 0) < params["amount"]:
        raise ApiError("The available balance is smaller than the payout.", code="balance_insufficient")
    names = ("description", "metadata", "statement_descriptor")
    given = {name: params[name] for name in names if name in params}
    return payouts.make(sandbox, params["amount"], currency, is_automatic=False, **given)


@routes.add("POST /v1/payouts/{id}/cancel")
def cancel(sandbox: Sandbox, params: Params, payout_id: str) -> Json:  # noqa: ARG001
    payout = sandbox.store.need("payout", payout_id)
    if payout["status"] != "pending":
        raise ApiError("Payouts can only be canceled while they are pending.")
    amount, currency = payout["amount"], payout["currency"]
    back = balance.book(sandbox, payout_id, "payout_cancel", amount, currency, category="payout_reversal")
    sandbox.change(payout, status="canceled", failure_balance_transaction=back["id"])
    sandbox.emit("payout.canceled", payout)
    return payout


@routes.add("GET /v1/payouts")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "payout", params, "status", "destination", "arrival_date")


@routes.add("GET /v1/payouts/{id}")
def retrieve(sandbox: Sandbox, params: Params, payout_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("payout", payout_id)


@routes.add("POST /v1/payouts/{id}")
def update(sandbox: Sandbox, params: Params, payout_id: str) -> Json:
    payout = sandbox.store.need("payout", payout_id)
    before = sandbox.change(payout, metadata=merged(payout["metadata"], params.get("metadata", {})))
    sandbox.emit("payout.updated", payout, before)
    return payout
