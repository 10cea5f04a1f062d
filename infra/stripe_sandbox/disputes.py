"""Disputes, inquiries and early fraud warnings: opened by test cards, ended by evidence or by closing.

Evidence decides the outcome, as with Stripe's test cards: uncategorized_text "winning_evidence" wins,
"losing_evidence" loses.
"""

from infra.stripe_sandbox import balance, charges
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import ApiError, NotFoundError
from infra.stripe_sandbox.listing import listed
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.shapes import Json

DUE_SECONDS = 9 * DAY
DECIDED_AFTER_SECONDS = 5
OUTCOMES = {"winning_evidence": "won", "losing_evidence": "lost"}


@task("warn_of_fraud")
def _warn(sandbox: Sandbox, arguments: Json) -> None:
    charge = charges.need(sandbox, arguments["charge"])
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
    charge = charges.need(sandbox, arguments["charge"])
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
        _decide(sandbox, body, "lost")


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
    """Withdraw (-1) with a fee, or reinstate (+1); the fee is kept by the bank either way."""
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


def _decide(sandbox: Sandbox, dispute: Json, status: str) -> None:
    sandbox.change(dispute, status=status, is_charge_refundable=status == "warning_closed")
    sandbox.emit("charge.dispute.closed", dispute)
    if status == "won":
        _move_money(sandbox, dispute, 1)


@task("decide_dispute")
def _decide_later(sandbox: Sandbox, arguments: Json) -> None:
    dispute = need(sandbox, arguments["dispute"])
    if dispute["status"] == "warning_under_review":
        _decide(sandbox, dispute, "warning_closed")
    elif dispute["status"] == "under_review":
        _decide(sandbox, dispute, arguments["outcome"])


def need(sandbox: Sandbox, dispute_id: str) -> Json:
    found = sandbox.store.get("dispute", dispute_id)
    if found is None:
        raise NotFoundError("dispute", dispute_id)
    return found


@route("GET /v1/disputes")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "dispute", params, "charge", "payment_intent")


@route("GET /v1/disputes/{id}")
def retrieve(sandbox: Sandbox, params: Params, dispute_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, dispute_id)


@route("POST /v1/disputes/{id}")
def update(sandbox: Sandbox, params: Params, dispute_id: str) -> Json:
    dispute = need(sandbox, dispute_id)
    if "evidence" in params and dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise ApiError("This dispute is no longer accepting evidence.")
    changes: Json = {}
    if "metadata" in params:
        changes["metadata"] = merged(dispute["metadata"], params["metadata"])
    if "evidence" in params:
        changes["evidence"] = {**dispute["evidence"], **params["evidence"]}
        changes["evidence_details"] = {**dispute["evidence_details"], "has_evidence": True}
        if params.get("submit", True):
            _submit(sandbox, dispute, changes)
    before = sandbox.change(dispute, **changes)
    sandbox.emit("charge.dispute.updated", dispute, before)
    return dispute


def _submit(sandbox: Sandbox, dispute: Json, changes: Json) -> None:
    changes["status"] = "warning_under_review" if dispute["status"].startswith("warning") else "under_review"
    changes["evidence_details"]["submission_count"] = dispute["evidence_details"]["submission_count"] + 1
    outcome = OUTCOMES.get(str(changes["evidence"].get("uncategorized_text")), "lost")
    sandbox.schedule_after(DECIDED_AFTER_SECONDS, "decide_dispute", dispute=dispute["id"], outcome=outcome)


@route("POST /v1/disputes/{id}/close")
def close(sandbox: Sandbox, params: Params, dispute_id: str) -> Json:  # noqa: ARG001
    dispute = need(sandbox, dispute_id)
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise ApiError("This dispute is already closed.")
    _decide(sandbox, dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")
    return dispute


@route("GET /v1/radar/early_fraud_warnings")
def list_warnings(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "radar.early_fraud_warning", params, "charge", "payment_intent")


@route("GET /v1/radar/early_fraud_warnings/{id}")
def retrieve_warning(sandbox: Sandbox, params: Params, warning_id: str) -> Json:  # noqa: ARG001
    found = sandbox.store.get("radar.early_fraud_warning", warning_id)
    if found is None:
        raise NotFoundError("early_fraud_warning", warning_id)
    return found
