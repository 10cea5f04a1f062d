"""Payment of a Checkout Session, after the payer has pressed the button."""

from dataclasses import dataclass

from infra.stripe_sandbox.amounts import LEAST, MOST
from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.objects import checkout_sessions, customers, payment_intents, payment_methods, subscriptions
from infra.stripe_sandbox.objects.cards import SandboxMethod
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json


@dataclass(frozen=True, slots=True)
class Payer:
    """What the payer typed. `custom_amount` is in minor units, for a price that lets the payer choose."""

    email: str | None = None
    name: str | None = None
    country: str | None = None
    postal_code: str | None = None
    custom_amount: int | None = None
    expiry: tuple[int, int] = (12, 2034)


def pay(sandbox: Sandbox, session: Json, tested: SandboxMethod, payer: Payer, *, is_authenticated: bool = False) -> str:
    """Try to pay. Return complete, requires_action or declined. A complete session is not paid again."""
    if session["status"] == "complete":
        return "complete"
    if session["status"] == "expired":
        raise ApiError("This Checkout Session has expired.")
    _choose_amount(sandbox, session, payer)
    billing = {
        "email": payer.email,
        "name": payer.name,
        "address": {"country": payer.country, "postal_code": payer.postal_code},
    }
    method = payment_methods.make(sandbox, tested, billing, payer.expiry)
    attempt = Attempt(is_authenticated=is_authenticated)
    with sandbox.at_clock(sandbox.clock_of(session)):
        if session["mode"] == "subscription" and not _would_stop(tested, attempt):
            outcome = _subscribe(sandbox, session, method, payer)
        else:
            outcome = _pay_once(sandbox, session, method, payer, attempt)
        return _finish(sandbox, session, outcome, method)


def _would_stop(tested: SandboxMethod, attempt: Attempt) -> bool:
    return bool(tested.decline) or (tested.needs_authentication and not attempt.is_authenticated)


def _choose_amount(sandbox: Sandbox, session: Json, payer: Payer) -> None:
    plan = sandbox.store.need("_plan", session["id"])
    for index, line in enumerate(plan["lines"]):
        custom = line["price"]["custom_unit_amount"]
        if custom and payer.custom_amount is not None:
            least = custom["minimum"] or LEAST.get(line["currency"], 1)
            if not least <= payer.custom_amount <= (custom["maximum"] or MOST):
                raise ApiError("The seller does not accept this amount.", code="amount_too_small")
            plan["lines"][index] = checkout_sessions.line_item(sandbox, line["price"], 1, payer.custom_amount)
            sandbox.store.put("_plan", session["id"], plan)
    total = sum(line["amount_total"] for line in plan["lines"])
    sandbox.change(session, amount_total=total, amount_subtotal=total)


def _pay_once(sandbox: Sandbox, session: Json, method: Json, payer: Payer, attempt: Attempt) -> str:
    intent = _intent(sandbox, session, payer)
    if customer := intent.get("customer"):
        payment_methods.attach(sandbox, method, customer)
    return payment_intents.confirm(sandbox, intent, method, attempt)


def _intent(sandbox: Sandbox, session: Json, payer: Payer) -> Json:
    """Return the PaymentIntent of the session. The first attempt makes it and later attempts use it again."""
    existing = session.get("payment_intent") or sandbox.store.need("_plan", session["id"]).get("tried_intent")
    if existing:
        return sandbox.store.need("payment_intent", existing)
    plan = sandbox.store.need("_plan", session["id"])
    data = plan.get("payment_intent_data", {})
    if session["mode"] == "payment":
        _ensure_customer(sandbox, session, payer, is_needed="setup_future_usage" in data)
    names = ("description", "metadata", "receipt_email", "setup_future_usage", "capture_method", "statement_descriptor")
    given = {name: data[name] for name in names if name in data}
    given["payment_method_types"] = session["payment_method_types"]
    intent = payment_intents.make(
        sandbox, session["amount_total"], session["currency"], customer=session.get("customer"), **given
    )
    if session["mode"] == "payment":
        sandbox.change(session, payment_intent=intent["id"])
    else:
        sandbox.store.put("_plan", session["id"], {**plan, "tried_intent": intent["id"]})
    return intent


def _ensure_customer(sandbox: Sandbox, session: Json, payer: Payer, *, is_needed: bool) -> str | None:
    if session.get("customer"):
        return str(session["customer"])
    if not is_needed and session.get("customer_creation") != "always":
        return None
    address = {**payment_methods.EMPTY_ADDRESS, "country": payer.country, "postal_code": payer.postal_code}
    customer = customers.make(sandbox, email=payer.email, name=payer.name, address=address)
    sandbox.change(session, customer=customer["id"])
    return str(customer["id"])


def _subscribe(sandbox: Sandbox, session: Json, method: Json, payer: Payer) -> str:
    plan = sandbox.store.need("_plan", session["id"])
    customer = sandbox.store.need("customer", str(_ensure_customer(sandbox, session, payer, is_needed=True)))
    payment_methods.attach(sandbox, method, customer["id"])
    recurring = [(line["price"], line["quantity"]) for line in plan["lines"] if line["price"]["recurring"]]
    data = plan.get("subscription_data", {})
    subscription = subscriptions.make(
        sandbox,
        customer,
        recurring,
        default_payment_method=method["id"],
        metadata=data.get("metadata"),
        description=data.get("description"),
    )
    outcome = subscriptions.start(sandbox, subscription, method, Attempt(is_authenticated=True))
    sandbox.change(session, subscription=subscription["id"], invoice=subscription["latest_invoice"])
    return "succeeded" if outcome == "paid" else "processing"


def _finish(sandbox: Sandbox, session: Json, outcome: str, method: Json) -> str:
    if outcome == "requires_action":
        return "requires_action"
    if outcome == "requires_payment_method":
        return "declined"
    billing = method["billing_details"]
    details = {name: billing[name] for name in ("address", "email", "name", "phone")}
    is_paid = outcome in ("succeeded", "requires_capture")
    sandbox.change(
        session,
        status="complete",
        payment_status="paid" if is_paid and outcome == "succeeded" else "unpaid",
        url=None,
        customer_details={**details, "tax_exempt": "none", "tax_ids": []},
    )
    sandbox.emit("checkout.session.completed", session)
    return "complete"


def tried_intent(sandbox: Sandbox, session: Json) -> Json:
    """Return the PaymentIntent of the last attempt."""
    tried = session.get("payment_intent") or sandbox.store.need("_plan", session["id"])["tried_intent"]
    return sandbox.store.need("payment_intent", tried)


def payment_settled(sandbox: Sandbox, intent: Json) -> None:
    """Update the session of a delayed payment that has succeeded or failed."""
    for session in sandbox.store.all("checkout.session"):
        if session["status"] != "complete" or session["payment_status"] != "unpaid":
            continue
        if not _is_of(sandbox, session, intent):
            continue
        if intent["status"] == "succeeded":
            sandbox.change(session, payment_status="paid")
            sandbox.emit("checkout.session.async_payment_succeeded", session)
        else:
            sandbox.emit("checkout.session.async_payment_failed", session)


def _is_of(sandbox: Sandbox, session: Json, intent: Json) -> bool:
    if session.get("payment_intent") == intent["id"]:
        return True
    payments = sandbox.store.where("invoice_payment", invoice=session.get("invoice"))
    return any(payment["payment"].get("payment_intent") == intent["id"] for payment in payments)
