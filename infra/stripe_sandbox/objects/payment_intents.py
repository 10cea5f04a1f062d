"""PaymentIntents: made, confirmed, and then succeeded, processing, declined or waiting for authentication."""

from dataclasses import dataclass
from typing import Any

from infra.stripe_sandbox.errors import CardDeclinedError
from infra.stripe_sandbox.objects import cards, charges, payment_methods
from infra.stripe_sandbox.objects.cards import SandboxMethod
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.store import Json

AUTHENTICATION_FAILED = "Your bank could not authenticate this payment. Try another payment method."


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whether the payer is absent, and whether the bank has authenticated the payer."""

    is_off_session: bool = False
    is_authenticated: bool = False


def make(sandbox: Sandbox, amount: int, currency: str, **given: Any) -> Json:
    """Store an intent that waits for a payment method, and emit `payment_intent.created`."""
    intent_id = sandbox.id("pi")
    body: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "amount_details": {"tip": {}},
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{sandbox.ids.choice('abcdefghijklmnopqrstuvwxyz0123456789', 25)}",
        "confirmation_method": "automatic",
        "created": sandbox.now(),
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
    body.update({name: value for name, value in given.items() if value is not None})
    sandbox.store.add(body)
    sandbox.emit("payment_intent.created", body)
    return body


def confirm(sandbox: Sandbox, intent: Json, method: Json, attempt: Attempt) -> str:
    """Try to pay and return the new status of the intent. After a decline, `decline_of` returns the error."""
    behaviour = payment_methods.behaviour_of(sandbox, method["id"])
    sandbox.change(intent, payment_method=method["id"], next_action=None)
    if _must_authenticate(behaviour, attempt):
        return _ask_for_authentication(sandbox, intent, attempt, behaviour, method)
    if behaviour.decline and (not behaviour.declines_after_authentication or attempt.is_authenticated):
        return _decline(sandbox, intent, method, behaviour)
    if method["type"] != "card":
        return _wait_for_settlement(sandbox, intent, method)
    if intent["capture_method"] == "manual":
        return _authorize(sandbox, intent, method)
    return _succeed(sandbox, intent, method)


def _must_authenticate(behaviour: SandboxMethod, attempt: Attempt) -> bool:
    if attempt.is_authenticated:
        return False
    return behaviour.needs_authentication_off_session if attempt.is_off_session else behaviour.needs_authentication


def _ask_for_authentication(
    sandbox: Sandbox, intent: Json, attempt: Attempt, behaviour: SandboxMethod, method: Json
) -> str:
    if attempt.is_off_session:
        return _decline(sandbox, intent, method, behaviour, "authentication_required")
    return_url = f"{sandbox.settings.public_url}/authenticate/{intent['id']}"
    action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": return_url}}
    sandbox.change(intent, status="requires_action", next_action=action)
    sandbox.emit("payment_intent.requires_action", intent)
    return "requires_action"


def _decline(sandbox: Sandbox, intent: Json, method: Json, behaviour: SandboxMethod, reason: str | None = None) -> str:
    decline = reason or behaviour.decline or "generic_decline"
    charge = charges.make(sandbox, intent, method, "failed")
    code = charges.error_code(decline)
    charge |= {"failure_code": code, "failure_message": cards.DECLINE_MESSAGES[decline]}
    error = {
        "type": "card_error",
        "code": code,
        "decline_code": decline,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
        "message": cards.DECLINE_MESSAGES[decline],
        "charge": charge["id"],
        "payment_method": sandbox.render(method),
    }
    sandbox.change(
        intent,
        status="requires_payment_method",
        latest_charge=charge["id"],
        last_payment_error=error,
        payment_method=None,
    )
    sandbox.emit("payment_intent.payment_failed", intent)
    sandbox.emit("charge.failed", charge)
    return "requires_payment_method"


def fail_authentication(sandbox: Sandbox, intent: Json, method: Json) -> str:
    """Fail the intent because authentication failed: no charge exists, and another method is needed."""
    error = {
        "type": "card_error",
        "code": "payment_intent_authentication_failure",
        "message": AUTHENTICATION_FAILED,
        "payment_method": sandbox.render(method),
    }
    sandbox.change(
        intent, status="requires_payment_method", last_payment_error=error, next_action=None, payment_method=None
    )
    sandbox.emit("payment_intent.payment_failed", intent)
    return "requires_payment_method"


def decline_of(sandbox: Sandbox, intent: Json) -> CardDeclinedError:
    """Return the 402 error for the last failure of the intent."""
    error = intent["last_payment_error"]
    more = {"charge": error.get("charge"), "payment_intent": sandbox.render(intent)}
    return CardDeclinedError(error["message"], error["code"], error.get("decline_code"), **more)


def _succeed(sandbox: Sandbox, intent: Json, method: Json) -> str:
    charge = charges.make(sandbox, intent, method, "succeeded")
    if sandbox.knobs.fee_arrives == "at_once":
        charges.settle(sandbox, charge)
        sandbox.emit("charge.succeeded", charge)
    else:
        sandbox.emit("charge.succeeded", charge)
        charges.settle(sandbox, charge)
    _mark_succeeded(sandbox, intent, charge)
    return "succeeded"


def _mark_succeeded(sandbox: Sandbox, intent: Json, charge: Json) -> None:
    sandbox.change(
        intent,
        status="succeeded",
        amount_received=charge["amount_captured"],
        amount_capturable=0,
        latest_charge=charge["id"],
        last_payment_error=None,
        processing=None,
    )
    sandbox.emit("payment_intent.succeeded", intent)


def _authorize(sandbox: Sandbox, intent: Json, method: Json) -> str:
    charge = charges.make(sandbox, intent, method, "succeeded")
    sandbox.change(charge, captured=False, amount_captured=0)
    sandbox.emit("charge.succeeded", charge)
    sandbox.change(intent, status="requires_capture", amount_capturable=intent["amount"], latest_charge=charge["id"])
    sandbox.emit("payment_intent.amount_capturable_updated", intent)
    return "requires_capture"


def capture(sandbox: Sandbox, intent: Json, amount: int) -> None:
    """Capture `amount` of the authorized money and release the rest."""
    charge = sandbox.store.need("charge", intent["latest_charge"])
    sandbox.change(charge, captured=True, amount_captured=amount)
    sandbox.emit("charge.captured", charge)
    charges.settle(sandbox, charge)
    _mark_succeeded(sandbox, intent, charge)


def _wait_for_settlement(sandbox: Sandbox, intent: Json, method: Json) -> str:
    charge = charges.make(sandbox, intent, method, "pending")
    sandbox.change(intent, status="processing", latest_charge=charge["id"], last_payment_error=None)
    sandbox.emit("payment_intent.processing", intent)
    sandbox.emit("charge.pending", charge)
    sandbox.schedule_after(sandbox.settings.delayed_method_seconds, "settle_delayed", intent=intent["id"])
    return "processing"


@task("settle_delayed")
def _settle_delayed(sandbox: Sandbox, arguments: Json) -> None:
    intent = sandbox.store.need("payment_intent", arguments["intent"])
    charge = sandbox.store.need("charge", intent["latest_charge"])
    if intent["status"] != "processing":
        return
    if payment_methods.behaviour_of(sandbox, charge["payment_method"]).fails_when_settled:
        _fail_delayed(sandbox, intent, charge)
    else:
        sandbox.change(charge, status="succeeded", paid=True)
        sandbox.emit("charge.succeeded", charge)
        charges.settle(sandbox, charge)
        _mark_succeeded(sandbox, intent, charge)
    for settled in sandbox.on_settled:
        settled(sandbox, intent)


def _fail_delayed(sandbox: Sandbox, intent: Json, charge: Json) -> None:
    message = "The bank account could not be debited."
    sandbox.change(
        charge, status="failed", paid=False, failure_code="payment_method_provider_decline", failure_message=message
    )
    error = {
        "type": "card_error",
        "code": "payment_intent_payment_attempt_failed",
        "message": message,
        "charge": charge["id"],
        "payment_method": sandbox.render(sandbox.store.need("payment_method", charge["payment_method"])),
    }
    sandbox.change(intent, status="requires_payment_method", last_payment_error=error, payment_method=None)
    sandbox.emit("charge.failed", charge)
    sandbox.emit("payment_intent.payment_failed", intent)
