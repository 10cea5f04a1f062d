"""Payouts: automatic ones gather what is available, manual ones take an amount; paid, failed, canceled, reconciled."""

from infra.stripe_sandbox import balance
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import ApiError, BadParameterError, NotFoundError
from infra.stripe_sandbox.listing import listed, page
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.shapes import Json

SENT_AFTER_SECONDS = 60
RECONCILED_AFTER_SECONDS = 120
OWN_TYPES = ("payout", "payout_failure", "payout_cancel")


@task("pay_out")
def _pay_out(sandbox: Sandbox, arguments: Json) -> None:
    currency = arguments["currency"]
    open_transactions = [
        each
        for each in sandbox.store.where("balance_transaction", status="available", currency=currency)
        if each["type"] not in OWN_TYPES and sandbox.store.get("_paid_out", each["id"]) is None
    ]
    amount = sum(each["net"] for each in open_transactions)
    if not open_transactions or amount == 0:
        return
    payout = _make(sandbox, amount, currency, is_automatic=True)
    for each in open_transactions:
        sandbox.store.put("_paid_out", each["id"], {"payout": payout["id"]})
    sandbox.store.put("_paid_out", payout["balance_transaction"], {"payout": payout["id"]})


def _make(sandbox: Sandbox, amount: int, currency: str, *, is_automatic: bool, **given: object) -> Json:
    now = sandbox.now()
    arrives = now + sandbox.settings.payout_arrives_after_seconds
    payout_id = sandbox.id("po")
    transaction = balance.book(sandbox, payout_id, "payout", -amount, currency, description="STRIPE PAYOUT")
    body: Json = {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "arrival_date": arrives - arrives % DAY,
        "automatic": is_automatic,
        "balance_transaction": transaction["id"],
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT" if is_automatic else None,
        "destination": "ba_sandbox",
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "in_progress" if is_automatic else "not_applicable",
        "source_type": "card",
        "status": "pending",
        "type": "bank_account",
    }
    body.update({name: value for name, value in given.items() if value is not None})
    sandbox.store.add(body)
    sandbox.emit("payout.created", body)
    sandbox.schedule("send_payout", now + SENT_AFTER_SECONDS, payout=payout_id)
    sandbox.schedule("arrive_payout", arrives, payout=payout_id)
    if is_automatic:
        sandbox.schedule("reconcile_payout", now + RECONCILED_AFTER_SECONDS, payout=payout_id)
    return body


@task("send_payout")
def _send(sandbox: Sandbox, arguments: Json) -> None:
    payout = sandbox.store.need("payout", arguments["payout"])
    if payout["status"] == "pending":
        trace = {"status": "pending", "value": None}
        sandbox.emit("payout.updated", payout, sandbox.change(payout, status="in_transit", trace_id=trace))


@task("arrive_payout")
def _arrive(sandbox: Sandbox, arguments: Json) -> None:
    payout = sandbox.store.need("payout", arguments["payout"])
    if payout["status"] in ("pending", "in_transit"):
        trace = {"status": "supported", "value": sandbox.ids.choice("0123456789", 15)}
        sandbox.change(payout, status="paid", trace_id=trace)
        sandbox.emit("payout.paid", payout)


@task("reconcile_payout")
def _reconcile(sandbox: Sandbox, arguments: Json) -> None:
    payout = sandbox.store.need("payout", arguments["payout"])
    if payout["reconciliation_status"] == "in_progress":
        sandbox.change(payout, reconciliation_status="completed")
        sandbox.emit("payout.reconciliation_completed", payout)


def fail(sandbox: Sandbox, payout: Json, *, code: str = "account_closed") -> None:
    """The bank sent it back, even after it was paid: the amount returns to the balance."""
    returned = balance.book(
        sandbox, payout["id"], "payout_failure", payout["amount"], payout["currency"], category="payout_reversal"
    )
    sandbox.change(
        payout,
        status="failed",
        failure_code=code,
        failure_message="The bank account has been closed.",
        failure_balance_transaction=returned["id"],
    )
    sandbox.emit("payout.failed", payout)


def pay_out_everything(sandbox: Sandbox) -> list[Json]:
    """Make all pending money available and pay it out; a tool of the sandbox, not of Stripe."""
    before = {payout["id"] for payout in sandbox.store.all("payout")}
    for transaction in sandbox.store.where("balance_transaction", status="pending"):
        sandbox.change(transaction, status="available", available_on=sandbox.now())
    sandbox.emit("balance.available", balance.balance(sandbox))
    for currency in sorted({each["currency"] for each in sandbox.store.all("balance_transaction")}):
        _pay_out(sandbox, {"currency": currency})
    return [payout for payout in sandbox.store.all("payout") if payout["id"] not in before]


def end_by_hand(sandbox: Sandbox, payout_id: str, outcome: str) -> None:
    payout = need(sandbox, payout_id)
    if outcome == "paid":
        _send(sandbox, {"payout": payout_id})
        _arrive(sandbox, {"payout": payout_id})
        _reconcile(sandbox, {"payout": payout_id})
    elif outcome == "failed" and payout["status"] not in ("failed", "canceled"):
        fail(sandbox, payout)
    else:
        raise BadParameterError("A payout can be ended as paid or failed.", "outcome")


def need(sandbox: Sandbox, payout_id: str) -> Json:
    found = sandbox.store.get("payout", payout_id)
    if found is None:
        raise NotFoundError("payout", payout_id, "payout")
    return found


@route("GET /v1/balance_transactions")
def list_balance_transactions(sandbox: Sandbox, params: Params) -> Json:
    if "payout" not in params:
        return listed(sandbox, "balance_transaction", params, "type", "source", "currency")
    payout = need(sandbox, params["payout"])
    if not payout["automatic"]:
        message = "Balance transaction history can only be filtered on automatic transfers, not manual."
        raise BadParameterError(message, "payout")
    chosen = [
        each
        for each in reversed(sandbox.store.all("balance_transaction"))
        if (sandbox.store.get("_paid_out", each["id"]) or {}).get("payout") == payout["id"]
        and all(each[name] == params[name] for name in ("type", "source", "currency") if name in params)
    ]
    return page(chosen, params, "/v1/balance_transactions")


@route("POST /v1/payouts")
def create(sandbox: Sandbox, params: Params) -> Json:
    currency = params["currency"].lower()
    available = next((each for each in balance.balance(sandbox)["available"] if each["currency"] == currency), None)
    if params["amount"] < 1:
        raise BadParameterError("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if available is None or available["amount"] < params["amount"]:
        message = "You have insufficient funds in your Stripe account for this transfer."
        raise ApiError(message, code="balance_insufficient")
    names = ("description", "metadata", "statement_descriptor")
    given = {name: params[name] for name in names if name in params}
    return _make(sandbox, params["amount"], currency, is_automatic=False, **given)


@route("POST /v1/payouts/{id}/cancel")
def cancel(sandbox: Sandbox, params: Params, payout_id: str) -> Json:  # noqa: ARG001
    payout = need(sandbox, payout_id)
    if payout["status"] != "pending":
        raise ApiError("Payouts can only be canceled while they are pending.")
    amount, currency = payout["amount"], payout["currency"]
    back = balance.book(sandbox, payout_id, "payout_cancel", amount, currency, category="payout_reversal")
    sandbox.change(payout, status="canceled", failure_balance_transaction=back["id"])
    sandbox.emit("payout.canceled", payout)
    return payout


@route("GET /v1/payouts")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "payout", params, "status", "destination", "arrival_date")


@route("GET /v1/payouts/{id}")
def retrieve(sandbox: Sandbox, params: Params, payout_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, payout_id)


@route("POST /v1/payouts/{id}")
def update(sandbox: Sandbox, params: Params, payout_id: str) -> Json:
    payout = need(sandbox, payout_id)
    before = sandbox.change(payout, metadata=merged(payout["metadata"], params.get("metadata", {})))
    sandbox.emit("payout.updated", payout, before)
    return payout
