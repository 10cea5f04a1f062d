"""Routes for PaymentIntents."""

from infra.stripe_sandbox.amounts import check_charge, currency_code
from infra.stripe_sandbox.errors import ApiError, BadParameterError
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import payment_intents, payment_methods
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

CARRIED = ("customer", "description", "metadata", "receipt_email", "statement_descriptor", "setup_future_usage")
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")

routes = Routes()


def _unexpected_state(intent: Json, verb: str) -> ApiError:
    message = f"This PaymentIntent's status is {intent['status']}, so it cannot be {verb}."
    return ApiError(message, code="payment_intent_unexpected_state", payment_intent=intent)


@routes.add("POST /v1/payment_intents")
def create(sandbox: Sandbox, params: Params) -> Json:
    if params["amount"] < 1:
        raise BadParameterError("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    currency = currency_code(params["currency"])
    check_charge(params["amount"], currency, "amount")
    given = {name: params[name] for name in CARRIED if params.get(name)}
    if "capture_method" in params:
        given["capture_method"] = params["capture_method"]
    with sandbox.at_clock(sandbox.clock_of(params.get("customer"))):
        intent = payment_intents.make(sandbox, params["amount"], currency, **given)
        if method := params.get("payment_method"):
            sandbox.change(intent, payment_method=method, status="requires_confirmation")
        if params.get("confirm"):
            _confirm(sandbox, intent, params)
    return intent


@routes.add("POST /v1/payment_intents/{id}/confirm")
def confirm(sandbox: Sandbox, params: Params, intent_id: str) -> Json:
    intent = sandbox.store.need("payment_intent", intent_id)
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise _unexpected_state(intent, "confirmed")
    with sandbox.at_clock(sandbox.clock_of(intent)):
        _confirm(sandbox, intent, params)
    return intent


def _confirm(sandbox: Sandbox, intent: Json, params: Params) -> None:
    wanted = params.get("payment_method") or intent.get("payment_method")
    if not wanted:
        raise BadParameterError(
            "This PaymentIntent has no payment method, so it cannot be confirmed.", "payment_method"
        )
    method = payment_methods.resolve(sandbox, wanted)
    status = payment_intents.confirm(sandbox, intent, method, Attempt(is_off_session=bool(params.get("off_session"))))
    if status == "requires_payment_method":
        raise payment_intents.decline_of(sandbox, intent)


@routes.add("POST /v1/payment_intents/{id}/capture")
def capture(sandbox: Sandbox, params: Params, intent_id: str) -> Json:
    intent = sandbox.store.need("payment_intent", intent_id)
    if intent["status"] != "requires_capture":
        raise _unexpected_state(intent, "captured")
    payment_intents.capture(sandbox, intent, int(params.get("amount_to_capture") or intent["amount"]))
    return intent


@routes.add("POST /v1/payment_intents/{id}/cancel")
def cancel(sandbox: Sandbox, params: Params, intent_id: str) -> Json:
    intent = sandbox.store.need("payment_intent", intent_id)
    if intent["status"] not in CANCELABLE:
        raise _unexpected_state(intent, "canceled")
    reason = params.get("cancellation_reason")
    sandbox.change(
        intent, status="canceled", canceled_at=sandbox.now(), cancellation_reason=reason, amount_capturable=0
    )
    sandbox.emit("payment_intent.canceled", intent)
    return intent


@routes.add("POST /v1/payment_intents/{id}")
def update(sandbox: Sandbox, params: Params, intent_id: str) -> Json:
    intent = sandbox.store.need("payment_intent", intent_id)
    changes: Json = {name: params[name] for name in ("amount", *CARRIED) if name in params and name != "metadata"}
    if "metadata" in params:
        changes["metadata"] = merged(intent["metadata"], params["metadata"])
    sandbox.change(intent, **changes)
    return intent


@routes.add("GET /v1/payment_intents/{id}")
def retrieve(sandbox: Sandbox, params: Params, intent_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("payment_intent", intent_id)


@routes.add("GET /v1/payment_intents")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "payment_intent", params, "customer")
