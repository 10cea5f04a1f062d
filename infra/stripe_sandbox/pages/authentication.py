"""The bank's question for a PaymentIntent confirmed through the API: where its `next_action` leads."""

from flask import Blueprint, render_template, request

from infra.stripe_sandbox import payments
from infra.stripe_sandbox.payments import Attempt
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json

Page = str | tuple[str, int]


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("authentication", __name__)

    @blueprint.get("/authenticate/<intent_id>")
    def ask(intent_id: str) -> Page:
        with sandbox.lock:
            if _waiting(sandbox, intent_id) is None:
                return _message("Nothing to do", "This payment does not wait for you."), 404
            return render_template("authenticate.html", address=f"/authenticate/{intent_id}")

    @blueprint.post("/authenticate/<intent_id>")
    def answer(intent_id: str) -> Page:
        with sandbox.lock:
            intent = _waiting(sandbox, intent_id)
            if intent is None:
                return _message("Nothing to do", "This payment does not wait for you."), 404
            is_passed = request.form.get("answer") == "complete"
            status = _finish(sandbox, intent, is_passed=is_passed)
            sandbox.store.save()
            return _message("Done", f"The payment is now: {status.replace('_', ' ')}.")

    return blueprint


def _waiting(sandbox: Sandbox, intent_id: str) -> Json | None:
    intent = sandbox.store.get("payment_intent", intent_id)
    return intent if intent and intent["status"] == "requires_action" else None


def _finish(sandbox: Sandbox, intent: Json, *, is_passed: bool) -> str:
    method = sandbox.store.need("payment_method", intent["payment_method"])
    with sandbox.at_clock(sandbox.clock_of(intent)):
        if is_passed:
            return payments.confirm(sandbox, intent, method, Attempt(is_authenticated=True))
        return payments.fail_authentication(sandbox, intent, method)


def _message(title: str, text: str) -> str:
    return render_template("message.html", title=title, text=text, link=None)
