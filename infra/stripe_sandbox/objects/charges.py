"""Charges: a PaymentIntent makes them, and a succeeded charge is booked to the balance with its fee."""

from infra.stripe_sandbox.objects import balance, cards, payment_methods
from infra.stripe_sandbox.objects.cards import SandboxMethod
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.store import Json


def make(sandbox: Sandbox, intent: Json, method: Json, status: str) -> Json:
    """Store a charge of the intent's whole amount. `status` is succeeded, pending or failed."""
    behaviour = payment_methods.behaviour_of(sandbox, method["id"])
    charge_id = sandbox.id("ch" if method["type"] == "card" else "py")
    is_paid = status == "succeeded"
    body: Json = {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if status != "failed" else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": status != "failed",
        "created": sandbox.now(),
        "currency": intent["currency"],
        "customer": intent.get("customer"),
        "description": intent.get("description"),
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome(behaviour, status),
        "paid": is_paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method, behaviour),
        "receipt_email": intent.get("receipt_email"),
        "receipt_url": f"{sandbox.settings.public_url}/receipts/{charge_id}" if is_paid else None,
        "refunded": False,
        "status": status,
    }
    if status == "failed":
        _describe_failure(body, behaviour)
    return sandbox.store.add(body)


def _describe_failure(body: Json, behaviour: SandboxMethod) -> None:
    decline = behaviour.decline or "generic_decline"
    body["failure_code"] = error_code(decline)
    body["failure_message"] = cards.DECLINE_MESSAGES[decline]


def error_code(decline: str) -> str:
    """Return the error code for a decline code. Most decline codes have the code card_declined."""
    own = ("expired_card", "incorrect_cvc", "processing_error", "authentication_required")
    return decline if decline in own else "card_declined"


def _outcome(behaviour: SandboxMethod, status: str) -> Json:
    if status != "failed":
        return {
            "network_status": "approved_by_network",
            "risk_level": "normal",
            "risk_score": 21,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": "try_again_later" if behaviour.decline == "insufficient_funds" else None,
        "network_decline_code": None if behaviour.is_blocked else "05",
        "network_status": "not_sent_to_network" if behaviour.is_blocked else "declined_by_network",
        "reason": "highest_risk_level" if behaviour.is_blocked else behaviour.decline,
        "risk_level": "highest" if behaviour.is_blocked else "normal",
        "risk_score": 92 if behaviour.is_blocked else 21,
        "seller_message": "Stripe blocked this payment." if behaviour.is_blocked else "The bank declined the payment.",
        "type": "blocked" if behaviour.is_blocked else "issuer_declined",
    }


def _details(method: Json, behaviour: SandboxMethod) -> Json:
    stored = method[method["type"]]
    if method["type"] == "sepa_debit":
        kept = {name: stored.get(name) for name in ("bank_code", "branch_code", "country", "fingerprint", "last4")}
        return {"type": "sepa_debit", "sepa_debit": {**kept, "mandate": None}}
    if method["type"] == "bacs_debit":
        kept = {name: stored.get(name) for name in ("fingerprint", "last4", "sort_code")}
        return {"type": "bacs_debit", "bacs_debit": {**kept, "mandate": None}}
    names = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    card = {name: stored.get(name) for name in names}
    more = {
        "amount_authorized": None,
        "authorization_code": "123456",
        "network": behaviour.brand,
        "network_token": {"used": False},
        "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "multicapture": {"status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
    }
    return {"type": "card", "card": {**card, **more}}


def settle(sandbox: Sandbox, charge: Json) -> None:
    """Book the charge now or later, as the knob says, and schedule the dispute or warning of a test card."""
    behaviour = payment_methods.behaviour_of(sandbox, charge["payment_method"])
    if sandbox.knobs.fee_arrives == "at_once":
        _book(sandbox, charge)
    elif behaviour.is_available_at_once:
        _book_once(sandbox, {"charge": charge["id"]})
    else:
        wait = sandbox.settings.balance_transaction_delay_seconds
        sandbox.schedule_after(wait, "book_charge", charge=charge["id"])
    later = sandbox.settings.dispute_opens_after_seconds
    if behaviour.has_early_fraud_warning:
        sandbox.schedule_after(later, "warn_of_fraud", charge=charge["id"])
    if behaviour.dispute:
        sandbox.schedule_after(later, "open_dispute", charge=charge["id"], reason=behaviour.dispute)


@task("book_charge")
def _book_once(sandbox: Sandbox, arguments: Json) -> None:
    charge = sandbox.store.need("charge", arguments["charge"])
    if charge.get("balance_transaction") is None:
        _book(sandbox, charge)
        sandbox.emit("charge.updated", charge, {"balance_transaction": None})


def ensure_booked(sandbox: Sandbox, charge: Json) -> None:
    """Book a succeeded charge before its refund or dispute, if it is not booked yet."""
    if charge["status"] == "succeeded":
        _book_once(sandbox, {"charge": charge["id"]})


def _book(sandbox: Sandbox, charge: Json) -> None:
    amount, currency, rate = balance.settlement(sandbox, charge["amount_captured"], charge["currency"])
    kind = charge["payment_method_details"]["type"]
    behaviour = payment_methods.behaviour_of(sandbox, charge["payment_method"])
    transaction = balance.book(
        sandbox,
        charge["id"],
        "charge" if kind == "card" else "payment",
        amount,
        currency,
        category="charge",
        fee=balance.processing_fee(amount, currency, kind),
        rate=rate,
        description=charge["description"],
        waits=not behaviour.is_available_at_once,
    )
    if kind == "card" and behaviour.is_available_at_once:
        sandbox.emit("balance.available", balance.balance(sandbox))
    sandbox.change(charge, balance_transaction=transaction["id"])
