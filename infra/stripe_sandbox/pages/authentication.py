"""The authentication page of a PaymentIntent that was confirmed through the API; `next_action` links to it."""

from flask import Blueprint, render_template, request

from infra.stripe_sandbox.objects import payment_intents
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.pages.message import Page, message, not_found
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

NOT_WAITING = "This payment does not wait for authentication."


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("authentication", __name__)

    @blueprint.get("/authenticate/<intent_id>")
    def ask(intent_id: str) -> Page:
        with sandbox.lock:
            if _waiting(sandbox, intent_id) is None:
                return not_found(NOT_WAITING, "Nothing to do")
            return render_template("authenticate.html", address=f"/authenticate/{intent_id}")

    @blueprint.post("/authenticate/<intent_id>")
    def answer(intent_id: str) -> Page:
        with sandbox.lock:
            intent = _waiting(sandbox, intent_id)
            if intent is None:
                return not_found(NOT_WAITING, "Nothing to do")
            is_passed = request.form.get("answer") == "complete"
            status = _finish(sandbox, intent, is_passed=is_passed)
            sandbox.store.save()
            return message("Done", f"The payment is now: {status.replace('_', ' ')}.")

    return blueprint


def _waiting(sandbox: Sandbox, intent_id: str) -> Json | None:
    intent = sandbox.store.get("payment_intent", intent_id)
    return intent if intent and intent["status"] == "requires_action" else None


def _finish(sandbox: Sandbox, intent: Json, *, is_passed: bool) -> str:
    method = sandbox.store.need("payment_method", intent["payment_method"])
    with sandbox.at_clock(sandbox.clock_of(intent)):
        if is_passed:
            return payment_intents.confirm(sandbox, intent, method, Attempt(is_authenticated=True))
        return payment_intents.fail_authentication(sandbox, intent, method)
