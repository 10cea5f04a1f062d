"""Refunds of a whole charge or a part of it. A refund settles later, and the bank may return it."""

from typing import Any

from infra.stripe_sandbox.objects import balance, payment_methods
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.store import Json


def make(sandbox: Sandbox, charge: Json, amount: int, params: Json) -> Json:
    """Store a refund of `amount`, book it, and schedule its settlement or failure."""
    behaviour = payment_methods.behaviour_of(sandbox, charge["payment_method"])
    refund_id = sandbox.id("re")
    settled, currency, rate = balance.settlement(sandbox, amount, charge["currency"])
    kind = "refund" if behaviour.kind == "card" else "payment_refund"
    transaction = balance.book(sandbox, refund_id, kind, -settled, currency, category="refund", rate=rate)
    is_pending = behaviour.refund == "pending" or behaviour.kind != "card"
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
        "destination_details": {"type": "card", "card": card} if behaviour.kind == "card" else {"type": behaviour.kind},
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
    sandbox.schedule_after(wait, "settle_refund", refund=refund_id, fails=behaviour.refund == "fails")
    return body


@task("settle_refund")
def _settle(sandbox: Sandbox, arguments: Json) -> None:
    refund = sandbox.store.need("refund", arguments["refund"])
    if refund["status"] not in ("succeeded", "pending"):
        return
    if arguments["fails"]:
        _fail(sandbox, refund)
        return
    details = dict(refund["destination_details"])
    if "card" in details:
        reference = sandbox.ids.choice("0123456789", 12)
        details["card"] = {**details["card"], "reference": reference, "reference_status": "available"}
    refund.pop("pending_reason", None)
    before = sandbox.change(refund, status="succeeded", destination_details=details)
    sandbox.emit("refund.updated", refund, before)
    sandbox.emit("charge.refund.updated", refund, before)


def _fail(sandbox: Sandbox, refund: Json) -> None:
    before = _return_money(sandbox, refund, status="failed", failure_reason="expired_or_canceled_card")
    sandbox.emit("refund.updated", refund, before)
    sandbox.emit("charge.refund.updated", refund, before)
    sandbox.emit("refund.failed", refund)


def cancel(sandbox: Sandbox, refund: Json) -> None:
    """Cancel a pending refund."""
    before = _return_money(sandbox, refund, status="canceled")
    sandbox.emit("refund.updated", refund, before)


def _return_money(sandbox: Sandbox, refund: Json, **changes: Any) -> Json:
    """Book the amount back, reduce the refunded amount of the charge, and return the old values of the refund."""
    transaction = sandbox.store.need("balance_transaction", refund["balance_transaction"])
    returned = balance.book(sandbox, refund["id"], "refund_failure", -transaction["amount"], transaction["currency"])
    charge = sandbox.store.need("charge", refund["charge"])
    sandbox.change(charge, amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    return sandbox.change(refund, **changes, failure_balance_transaction=returned["id"])
