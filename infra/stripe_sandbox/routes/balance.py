"""Routes for the balance and its transactions."""

from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.http.listing import listed, page
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import balance, payouts
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("GET /v1/balance")
def retrieve_balance(sandbox: Sandbox, params: Params) -> Json:  # noqa: ARG001
    return balance.balance(sandbox)


@routes.add("GET /v1/balance_transactions/{id}")
def retrieve_balance_transaction(sandbox: Sandbox, params: Params, transaction_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("balance_transaction", transaction_id)


@routes.add("GET /v1/balance_transactions")
def list_balance_transactions(sandbox: Sandbox, params: Params) -> Json:
    if "payout" not in params:
        return listed(sandbox, "balance_transaction", params, "type", "source", "currency")
    payout = sandbox.store.need("payout", params["payout"])
    if not payout["automatic"]:
        raise BadParameterError("Only an automatic payout has a list of balance transactions.", "payout")
    chosen = [
        transaction
        for transaction in reversed(sandbox.store.all("balance_transaction"))
        if payouts.payout_of(sandbox, transaction) == payout["id"]
        and all(transaction[name] == params[name] for name in ("type", "source", "currency") if name in params)
    ]
    return page(chosen, params, "/v1/balance_transactions")
