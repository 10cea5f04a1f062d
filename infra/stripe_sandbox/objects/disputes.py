"""Disputes, inquiries and early fraud warnings. Test cards open them; evidence or closing decides them.

As at Stripe, the evidence `uncategorized_text` decides a test dispute: `winning_evidence` wins, any other text loses.
"""

from infra.stripe_sandbox.objects import balance, charges
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

DUE_SECONDS = 9 * DAY
DECIDED_AFTER_SECONDS = 5
WINNING_EVIDENCE = "winning_evidence"


@task("warn_of_fraud")
def _warn(sandbox: Sandbox, arguments: Json) -> None:
    charge = sandbox.store.need("charge", arguments["charge"])
    body: Json = {
        "id": sandbox.id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "created": sandbox.now(),
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    sandbox.store.add(body)
    sandbox.emit("radar.early_fraud_warning.created", body)


@task("open_dispute")
def _open(sandbox: Sandbox, arguments: Json) -> None:
    charge = sandbox.store.need("charge", arguments["charge"])
    if charge["refunded"] or charge["disputed"]:
        return
    charges.ensure_booked(sandbox, charge)
    is_inquiry = arguments["reason"] == "inquiry"
    is_debit = arguments["reason"] == "debit_not_authorized"
    body = _make(sandbox, charge, "general" if is_inquiry else arguments["reason"], is_inquiry=is_inquiry)
    sandbox.change(charge, disputed=not is_inquiry)
    for warning in sandbox.store.where("radar.early_fraud_warning", charge=charge["id"], actionable=True):
        sandbox.emit("radar.early_fraud_warning.updated", warning, sandbox.change(warning, actionable=False))
    sandbox.emit("charge.dispute.created", body)
    if not is_inquiry:
        _move_money(sandbox, body, -1)
    if is_debit:
        decide(sandbox, body, "lost")


def _make(sandbox: Sandbox, charge: Json, reason: str, *, is_inquiry: bool) -> Json:
    kind = charge["payment_method_details"]["type"]
    details: Json = {"type": kind}
    if kind == "card":
        case = "inquiry" if is_inquiry else "chargeback"
        brand = charge["payment_method_details"]["card"]["brand"]
        details["card"] = {"brand": brand, "case_type": case, "network": brand, "network_reason_code": "83"}
    body: Json = {
        "id": sandbox.id("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": sandbox.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": sandbox.now() + DUE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "manual",
        },
        "intended_submission_method": "manual",
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": details,
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
    }
    return sandbox.store.add(body)


def _move_money(sandbox: Sandbox, dispute: Json, sign: int) -> None:
    """Withdraw the amount (sign -1) and charge a fee, or return the amount (sign +1) without the fee."""
    amount, currency, rate = balance.settlement(sandbox, dispute["amount"], dispute["currency"])
    transaction = balance.book(
        sandbox,
        dispute["id"],
        "adjustment",
        sign * amount,
        currency,
        category="dispute" if sign < 0 else "dispute_reversal",
        fee=balance.DISPUTE_FEE if sign < 0 else 0,
        fee_description="Dispute fee",
        rate=rate,
        description="Chargeback withdrawal" if sign < 0 else "Chargeback reversal",
    )
    kept = [*dispute["balance_transactions"], sandbox.render(transaction)]
    sandbox.change(dispute, balance_transactions=kept)
    words = "funds_withdrawn" if sign < 0 else "funds_reinstated"
    sandbox.emit(f"charge.dispute.{words}", dispute)


def decide(sandbox: Sandbox, dispute: Json, status: str) -> None:
    """Close the dispute with its final status: won, lost or warning_closed."""
    sandbox.change(dispute, status=status, is_charge_refundable=status == "warning_closed")
    sandbox.emit("charge.dispute.closed", dispute)
    if status == "won":
        _move_money(sandbox, dispute, 1)


@task("decide_dispute")
def _decide_later(sandbox: Sandbox, arguments: Json) -> None:
    dispute = sandbox.store.need("dispute", arguments["dispute"])
    if dispute["status"] == "warning_under_review":
        decide(sandbox, dispute, "warning_closed")
    elif dispute["status"] == "under_review":
        decide(sandbox, dispute, arguments["outcome"])


def add_evidence(sandbox: Sandbox, dispute: Json, given: Json, *, is_submitted: bool) -> Json:
    """Return the fields that new evidence changes. Submitted evidence is decided a few seconds later."""
    evidence = {**dispute["evidence"], **given}
    details = {**dispute["evidence_details"], "has_evidence": True}
    if not is_submitted:
        return {"evidence": evidence, "evidence_details": details}
    details["submission_count"] += 1
    outcome = "won" if evidence.get("uncategorized_text") == WINNING_EVIDENCE else "lost"
    sandbox.schedule_after(DECIDED_AFTER_SECONDS, "decide_dispute", dispute=dispute["id"], outcome=outcome)
    status = "warning_under_review" if dispute["status"].startswith("warning") else "under_review"
    return {"evidence": evidence, "evidence_details": details, "status": status}
