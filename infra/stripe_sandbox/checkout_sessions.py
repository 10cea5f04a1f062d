"""Checkout Sessions: what may be asked for, and the session that stands for it until it is paid or expires."""

from typing import Any

from infra.stripe_sandbox import cards, customers, products
from infra.stripe_sandbox.amounts import check_charge
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import ApiError, BadParameterError, NotFoundError, missing
from infra.stripe_sandbox.listing import listed, page
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox, include, task
from infra.stripe_sandbox.settings import DAY, MINUTE
from infra.stripe_sandbox.shapes import Json

EXPIRES_AT_LEAST = 30 * MINUTE
EXPIRES_AT_MOST = DAY
CUSTOM_FIELDS_MOST = 3

_NOT_IN = {
    "payment": {"subscription_data"},
    "subscription": {"payment_intent_data", "invoice_creation", "customer_creation", "submit_type"},
}

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


@route("POST /v1/checkout/sessions")
def create(sandbox: Sandbox, params: Params) -> Json:
    _check_mode(params)
    _check_urls(params)
    _check_expiry(sandbox, params)
    with sandbox.at_clock(sandbox.clock_of(params.get("customer"))):
        lines = [_line(sandbox, item, index) for index, item in enumerate(params["line_items"])]
        currency = _check_lines(params, lines)
        return _store(sandbox, params, lines, currency)


def _check_mode(params: Params) -> None:
    if "mode" not in params and not params.get("line_items"):
        raise missing("mode")
    if params.setdefault("mode", "payment") == "setup":
        raise BadParameterError("This sandbox has no setup mode.", "mode")
    if not params.get("line_items"):
        raise missing("line_items")
    for name in _NOT_IN[params["mode"]] & params.keys():
        if params[name] != "subscribe":
            raise BadParameterError(f"You can not pass `{name}` in `{params['mode']}` mode.", name)
    if "customer" in params and "customer_email" in params:
        message = "You may only specify one of these parameters: customer, customer_email."
        raise BadParameterError(message, "customer_email")
    if len(params.get("custom_fields", [])) > CUSTOM_FIELDS_MOST:
        raise BadParameterError(f"You may have at most {CUSTOM_FIELDS_MOST} custom fields.", "custom_fields")


def _check_urls(params: Params) -> None:
    mode = params.setdefault("ui_mode", "hosted_page")
    for name in ("return_url",) if mode == "hosted_page" else ("success_url", "cancel_url"):
        if name in params:
            raise BadParameterError(f"`{name}` is not supported for `ui_mode: {mode}`.", name)
    needed = "success_url" if mode == "hosted_page" else "return_url"
    if needed not in params and params.get("redirect_on_completion") != "never":
        raise missing(needed)
    for name in ("success_url", "cancel_url", "return_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise BadParameterError("Not a valid URL", name, "url_invalid")


def _check_expiry(sandbox: Sandbox, params: Params) -> None:
    if "expires_at" in params:
        wait = params["expires_at"] - sandbox.now()
        if not EXPIRES_AT_LEAST <= wait <= EXPIRES_AT_MOST:
            message = (
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
            )
            raise BadParameterError(message, "expires_at")


def _line(sandbox: Sandbox, item: Json, index: int) -> Json:
    where = f"line_items[{index}]"
    if "price" in item:
        price = products.need_price(sandbox, item["price"], f"{where}[price]")
    elif "price_data" in item:
        price = products.make_price(sandbox, item["price_data"], is_inline=True)
    else:
        raise missing(f"{where}[price]")
    quantity = item.get("quantity")
    if quantity is None or quantity < 1:
        raise BadParameterError("Quantity is required. Add `quantity` to `line_items`.", f"{where}[quantity]")
    if price["custom_unit_amount"] and quantity != 1:
        raise BadParameterError("A price with `custom_unit_amount` takes a quantity of 1.", f"{where}[quantity]")
    preset = (price["custom_unit_amount"] or {}).get("preset") or 0
    unit = price["unit_amount"] if price["unit_amount"] is not None else preset
    return line_item(sandbox, price, quantity, unit)


def line_item(sandbox: Sandbox, price: Json, quantity: int, unit: int) -> Json:
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


def _check_lines(params: Params, lines: list[Json]) -> str:
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise BadParameterError("The Checkout Session's line items must all have the same currency.", "line_items")
    has_recurring = any(line["price"]["recurring"] for line in lines)
    if has_recurring and params["mode"] != "subscription":
        raise BadParameterError("You specified `payment` mode but passed a recurring price.", "mode")
    if params["mode"] == "subscription" and not has_recurring:
        raise BadParameterError("You must provide at least one recurring price in `subscription` mode.", "line_items")
    currency = str(currencies.pop())
    if total := sum(line["amount_total"] for line in lines):
        check_charge(total, currency, "line_items")
    return currency


def _store(sandbox: Sandbox, params: Params, lines: list[Json], currency: str) -> Json:
    session_id = sandbox.id("cs_test")
    now = sandbox.now()
    is_hosted = params["ui_mode"] == "hosted_page"
    total = sum(line["amount_total"] for line in lines)
    if "customer" in params:
        customers.need(sandbox, params["customer"])
    debit = cards.DEBIT_OF_CURRENCY.get(currency)
    kinds = params.get("allowed_payment_method_types") or params.get("payment_method_types")
    body: Json = {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False} if params["mode"] == "payment" else None,
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
        "payment_method_types": kinds or ["card", *([debit] if debit else [])],
        "payment_status": "unpaid" if total or params["mode"] == "payment" else "no_payment_required",
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": params["ui_mode"],
        "url": f"{sandbox.settings.public_url}/c/pay/{session_id}" if is_hosted else None,
    }
    if not is_hosted:
        body["client_secret"] = f"{session_id}_secret_{sandbox.ids.choice('abcdefghijklmnopqrstuvwxyz', 24)}"
        params.setdefault("redirect_on_completion", "always")
    if params["mode"] == "payment":
        params.setdefault("customer_creation", "if_required")
    else:
        params.setdefault("payment_method_collection", "always")
    recovery = params.get("after_expiration", {}).get("recovery")
    if recovery:
        body["after_expiration"] = {"recovery": {"allow_promotion_codes": False, **recovery}}
    body |= {name: params[name] for name in CARRIED if name in params}
    plan: Json = {name: params[name] for name in ("payment_intent_data", "subscription_data") if name in params}
    sandbox.store.put("_plan", session_id, {"lines": lines, **plan})
    sandbox.schedule("expire_session", body["expires_at"], session=session_id)
    return sandbox.store.add(body)


def _custom_field(field: Json) -> Json:
    kind = field["type"]
    empty = {"value": None, "default_value": None, "minimum_length": None, "maximum_length": None}
    if kind == "dropdown":
        empty = {"value": None, "default_value": None}
    return {"optional": False, **field, kind: {**empty, **field.get(kind, {})}}


def need(sandbox: Sandbox, session_id: str, param: str = "session") -> Json:
    found = sandbox.store.get("checkout.session", session_id)
    if found is None:
        raise NotFoundError("checkout.session", session_id, param)
    return found


@task("expire_session")
def _expire_session(sandbox: Sandbox, arguments: Json) -> None:
    session = need(sandbox, arguments["session"])
    if session["status"] == "open":
        expire(sandbox, session)


def expire(sandbox: Sandbox, session: Json) -> None:
    changes: Json = {"status": "expired", "url": None, "expires_at": min(session["expires_at"], sandbox.now())}
    recovery = (session.get("after_expiration") or {}).get("recovery")
    if recovery and recovery["enabled"]:
        url = f"{sandbox.settings.public_url}/c/recover/{session['id']}"
        expires_at = sandbox.now() + 30 * DAY
        changes["after_expiration"] = {"recovery": {**recovery, "url": url, "expires_at": expires_at}}
    sandbox.change(session, **changes)
    sandbox.emit("checkout.session.expired", session)


def recover(sandbox: Sandbox, expired: Json) -> Json:
    """A fresh session that carries on from an expired one."""
    fresh = {**expired, "id": sandbox.id("cs_test"), "created": sandbox.now(), "status": "open"}
    fresh |= {"recovered_from": expired["id"], "expires_at": sandbox.now() + EXPIRES_AT_MOST, "payment_intent": None}
    fresh["url"] = f"{sandbox.settings.public_url}/c/pay/{fresh['id']}"
    sandbox.store.put("_plan", fresh["id"], sandbox.store.need("_plan", expired["id"]))
    sandbox.schedule("expire_session", fresh["expires_at"], session=fresh["id"])
    return sandbox.store.add(fresh)


@route("POST /v1/checkout/sessions/{id}/expire")
def expire_route(sandbox: Sandbox, params: Params, session_id: str) -> Json:  # noqa: ARG001
    session = need(sandbox, session_id)
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    expire(sandbox, session)
    return session


@route("GET /v1/checkout/sessions")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "checkout.session", params, "customer", "payment_intent", "subscription", "status")


@route("GET /v1/checkout/sessions/{id}")
def retrieve(sandbox: Sandbox, params: Params, session_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, session_id)


@route("POST /v1/checkout/sessions/{id}")
def update(sandbox: Sandbox, params: Params, session_id: str) -> Json:
    session = need(sandbox, session_id)
    changes: dict[str, Any] = {}
    if "metadata" in params:
        changes["metadata"] = merged(session["metadata"], params["metadata"])
    sandbox.change(session, **changes)
    return session


@route("GET /v1/checkout/sessions/{id}/line_items")
def list_line_items(sandbox: Sandbox, params: Params, session_id: str) -> Json:
    need(sandbox, session_id)
    lines = sandbox.store.need("_plan", session_id)["lines"]
    return page(lines, params, f"/v1/checkout/sessions/{session_id}/line_items")


@include("checkout.session", "line_items")
def _line_items(sandbox: Sandbox, session: Json) -> Json:
    return list_line_items(sandbox, {}, session["id"])
