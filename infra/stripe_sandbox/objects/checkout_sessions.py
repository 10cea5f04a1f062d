"""Checkout Sessions: open until they are paid or expire, and recovered after they expired."""

from infra.stripe_sandbox.objects import cards
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

EXPIRES_AT_MOST = DAY
RECOVERABLE_SECONDS = 30 * DAY

#: Parameters that the session repeats unchanged.
CARRIED = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_creation",
    "customer_email",
    "integration_identifier",
    "locale",
    "origin_context",
    "payment_method_collection",
    "redirect_on_completion",
    "return_url",
    "submit_type",
    "success_url",
)


def line_item(sandbox: Sandbox, price: Json, quantity: int, unit: int) -> Json:
    """Return a line of a session. `unit` is the amount of one piece in minor units."""
    product = sandbox.store.need("product", price["product"])
    return {
        "id": sandbox.id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": price["currency"],
        "description": product["name"],
        "price": price,
        "quantity": quantity,
    }


def make(sandbox: Sandbox, params: Json, lines: list[Json], currency: str) -> Json:
    """Store an open session for checked parameters, and schedule its expiry."""
    session_id = sandbox.id("cs_test")
    now = sandbox.now()
    total = sum(line["amount_total"] for line in lines)
    is_once = params["mode"] == "payment"
    body: Json = {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False} if is_once else None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False},
        "created": now,
        "currency": currency,
        "custom_fields": [_custom_field(field) for field in params.get("custom_fields", [])],
        "custom_text": params.get("custom_text", {}),
        "customer": params.get("customer"),
        "customer_details": {"email": params["customer_email"]} if "customer_email" in params else None,
        "expires_at": params.get("expires_at", now + EXPIRES_AT_MOST),
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "mode": params["mode"],
        "payment_method_options": {},
        "payment_method_types": _payment_method_types(params, currency),
        "payment_status": "unpaid" if total or is_once else "no_payment_required",
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        **_page_fields(sandbox, session_id, params["ui_mode"]),
        **({"customer_creation": "if_required"} if is_once else {"payment_method_collection": "always"}),
        **{name: params[name] for name in CARRIED if name in params},
    }
    if recovery := params.get("after_expiration", {}).get("recovery"):
        body["after_expiration"] = {"recovery": {"allow_promotion_codes": False, **recovery}}
    plan: Json = {name: params[name] for name in ("payment_intent_data", "subscription_data") if name in params}
    return _open(sandbox, body, {"lines": lines, **plan})


def _open(sandbox: Sandbox, session: Json, plan: Json) -> Json:
    """Store the session with its plan, which says what payment makes, and schedule its expiry."""
    sandbox.store.put("_plan", session["id"], plan)
    sandbox.schedule("expire_session", session["expires_at"], session=session["id"])
    return sandbox.store.add(session)


def _payment_method_types(params: Json, currency: str) -> list[str]:
    wanted: list[str] | None = params.get("allowed_payment_method_types") or params.get("payment_method_types")
    debit = cards.DEBIT_OF_CURRENCY.get(currency)
    return wanted or ["card", *([debit] if debit else [])]


def _page_fields(sandbox: Sandbox, session_id: str, ui_mode: str) -> Json:
    """Return the address of the hosted page, or the secret by which an embedded page finds its session."""
    if ui_mode == "hosted_page":
        return {"ui_mode": ui_mode, "url": f"{sandbox.settings.public_url}/c/pay/{session_id}"}
    secret = f"{session_id}_secret_{sandbox.ids.choice('abcdefghijklmnopqrstuvwxyz', 24)}"
    return {"ui_mode": ui_mode, "url": None, "client_secret": secret, "redirect_on_completion": "always"}


def _custom_field(field: Json) -> Json:
    kind = field["type"]
    empty = {"value": None, "default_value": None, "minimum_length": None, "maximum_length": None}
    if kind == "dropdown":
        empty = {"value": None, "default_value": None}
    return {"optional": False, **field, kind: {**empty, **field.get(kind, {})}}


@task("expire_session")
def _expire_session(sandbox: Sandbox, arguments: Json) -> None:
    session = sandbox.store.need("checkout.session", arguments["session"])
    if session["status"] == "open":
        expire(sandbox, session)


def expire(sandbox: Sandbox, session: Json) -> None:
    """Expire an open session, and add the recovery link if the session asked for one."""
    changes: Json = {"status": "expired", "url": None, "expires_at": min(session["expires_at"], sandbox.now())}
    recovery = (session.get("after_expiration") or {}).get("recovery")
    if recovery and recovery["enabled"]:
        url = f"{sandbox.settings.public_url}/c/recover/{session['id']}"
        expires_at = sandbox.now() + RECOVERABLE_SECONDS
        changes["after_expiration"] = {"recovery": {**recovery, "url": url, "expires_at": expires_at}}
    sandbox.change(session, **changes)
    sandbox.emit("checkout.session.expired", session)


def recover(sandbox: Sandbox, expired: Json) -> Json:
    """Store and return an open copy of an expired session."""
    fresh = {**expired, "id": sandbox.id("cs_test"), "created": sandbox.now(), "status": "open"}
    fresh |= {"recovered_from": expired["id"], "expires_at": sandbox.now() + EXPIRES_AT_MOST, "payment_intent": None}
    fresh["url"] = f"{sandbox.settings.public_url}/c/pay/{fresh['id']}"
    return _open(sandbox, fresh, sandbox.store.need("_plan", expired["id"]))
