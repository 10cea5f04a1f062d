"""Payouts: an automatic payout pays out all available transactions, a manual payout pays out a given amount."""

from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.objects import balance
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

SENT_AFTER_SECONDS = 60
RECONCILED_AFTER_SECONDS = 120
OWN_TYPES = ("payout", "payout_failure", "payout_cancel")


@task("pay_out")
def _pay_out(sandbox: Sandbox, arguments: Json) -> None:
    currency = arguments["currency"]
    transactions = [
        transaction
        for transaction in sandbox.store.where("balance_transaction", status="available", currency=currency)
        if transaction["type"] not in OWN_TYPES and payout_of(sandbox, transaction) is None
    ]
    amount = sum(transaction["net"] for transaction in transactions)
    if amount == 0:
        return
    payout = make(sandbox, amount, currency, is_automatic=True)
    for transaction_id in [*(transaction["id"] for transaction in transactions), payout["balance_transaction"]]:
        sandbox.store.put("_paid_out", transaction_id, {"payout": payout["id"]})


def payout_of(sandbox: Sandbox, transaction: Json) -> str | None:
    """Return the id of the automatic payout that contains the transaction, or None."""
    record = sandbox.store.get("_paid_out", transaction["id"])
    return record["payout"] if record else None


def make(sandbox: Sandbox, amount: int, currency: str, *, is_automatic: bool, **given: object) -> Json:
    """Store a payout, book it to the balance, and schedule its sending, arrival and reconciliation."""
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
    """Fail a payout, paid or not: the bank returns the amount, which is booked to the balance."""
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
    """Make all pending money available and pay it out. Stripe has no such function."""
    before = {payout["id"] for payout in sandbox.store.all("payout")}
    for transaction in sandbox.store.where("balance_transaction", status="pending"):
        sandbox.change(transaction, status="available", available_on=sandbox.now())
    sandbox.emit("balance.available", balance.balance(sandbox))
    for currency in sorted({transaction["currency"] for transaction in sandbox.store.all("balance_transaction")}):
        _pay_out(sandbox, {"currency": currency})
    return [payout for payout in sandbox.store.all("payout") if payout["id"] not in before]


def end_by_hand(sandbox: Sandbox, payout_id: str, outcome: str) -> None:
    """End a payout as `paid` or `failed`. Raise BadParameterError for any other outcome."""
    payout = sandbox.store.need("payout", payout_id)
    if outcome == "paid":
        _send(sandbox, {"payout": payout_id})
        _arrive(sandbox, {"payout": payout_id})
        _reconcile(sandbox, {"payout": payout_id})
    elif outcome == "failed" and payout["status"] not in ("failed", "canceled"):
        fail(sandbox, payout)
    else:
        raise BadParameterError("A payout can be ended as paid or failed.", "outcome")
