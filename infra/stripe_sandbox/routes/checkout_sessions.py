"""Routes for Checkout Sessions. A new session is checked: its mode, addresses, expiry and lines."""

from typing import Any

from infra.stripe_sandbox.amounts import check_charge
from infra.stripe_sandbox.errors import ApiError, BadParameterError, missing
from infra.stripe_sandbox.http.listing import listed, page
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import (
    checkout_sessions,
    customers,
    products,
)
from infra.stripe_sandbox.sandbox import Sandbox, include
from infra.stripe_sandbox.settings import MINUTE
from infra.stripe_sandbox.store import Json

routes = Routes()


EXPIRES_AT_LEAST = 30 * MINUTE


CUSTOM_FIELDS_MOST = 3


_NOT_IN = {
    "payment": {"subscription_data"},
    "subscription": {"payment_intent_data", "invoice_creation", "customer_creation", "submit_type"},
}


@routes.add("POST /v1/checkout/sessions")
def create(sandbox: Sandbox, params: Params) -> Json:
    _check_mode(params)
    _check_urls(params)
    _check_expiry(sandbox, params)
    with sandbox.at_clock(sandbox.clock_of(params.get("customer"))):
        lines = [_line(sandbox, item, index) for index, item in enumerate(params["line_items"])]
        currency = _check_lines(params, lines)
        if "customer" in params:
            customers.existing(sandbox, params["customer"])
        return checkout_sessions.make(sandbox, params, lines, currency)


def _check_mode(params: Params) -> None:
    if "mode" not in params and not params.get("line_items"):
        raise missing("mode")
    if params.setdefault("mode", "payment") == "setup":
        raise BadParameterError("This sandbox has no setup mode.", "mode")
    if not params.get("line_items"):
        raise missing("line_items")
    for name in _NOT_IN[params["mode"]] & params.keys():
        if params[name] != "subscribe":
            raise BadParameterError(f"`{name}` is not allowed in `{params['mode']}` mode.", name)
    if "customer" in params and "customer_email" in params:
        message = "Pass either `customer` or `customer_email`, not both."
        raise BadParameterError(message, "customer_email")
    if len(params.get("custom_fields", [])) > CUSTOM_FIELDS_MOST:
        raise BadParameterError(f"A session can have at most {CUSTOM_FIELDS_MOST} custom fields.", "custom_fields")


def _check_urls(params: Params) -> None:
    mode = params.setdefault("ui_mode", "hosted_page")
    for name in ("return_url",) if mode == "hosted_page" else ("success_url", "cancel_url"):
        if name in params:
            raise BadParameterError(f"`{name}` is not allowed with `ui_mode` {mode}.", name)
    needed = "success_url" if mode == "hosted_page" else "return_url"
    if needed not in params and params.get("redirect_on_completion") != "never":
        raise missing(needed)
    for name in ("success_url", "cancel_url", "return_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise BadParameterError("Not a valid URL: it must start with http:// or https://.", name, "url_invalid")


def _check_expiry(sandbox: Sandbox, params: Params) -> None:
    if "expires_at" in params:
        wait = params["expires_at"] - sandbox.now()
        if not EXPIRES_AT_LEAST <= wait <= checkout_sessions.EXPIRES_AT_MOST:
            raise BadParameterError("`expires_at` must be 30 minutes to 24 hours in the future.", "expires_at")


def _line(sandbox: Sandbox, item: Json, index: int) -> Json:
    place = f"line_items[{index}]"
    if "price" in item:
        price = sandbox.store.need("price", item["price"], f"{place}[price]")
    elif "price_data" in item:
        price = products.make_price(sandbox, item["price_data"], is_inline=True)
    else:
        raise missing(f"{place}[price]")
    quantity = item.get("quantity")
    if quantity is None or quantity < 1:
        raise BadParameterError("Quantity is required. Add `quantity` to `line_items`.", f"{place}[quantity]")
    if price["custom_unit_amount"] and quantity != 1:
        raise BadParameterError("A price with `custom_unit_amount` takes a quantity of 1.", f"{place}[quantity]")
    preset = (price["custom_unit_amount"] or {}).get("preset") or 0
    unit = price["unit_amount"] if price["unit_amount"] is not None else preset
    return checkout_sessions.line_item(sandbox, price, quantity, unit)


def _check_lines(params: Params, lines: list[Json]) -> str:
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise BadParameterError("All line items must have the same currency.", "line_items")
    has_recurring = any(line["price"]["recurring"] for line in lines)
    if has_recurring and params["mode"] != "subscription":
        raise BadParameterError("`payment` mode does not take a recurring price.", "mode")
    if params["mode"] == "subscription" and not has_recurring:
        raise BadParameterError("`subscription` mode needs at least one recurring price.", "line_items")
    currency = str(currencies.pop())
    if total := sum(line["amount_total"] for line in lines):
        check_charge(total, currency, "line_items")
    return currency


@routes.add("POST /v1/checkout/sessions/{id}/expire")
def expire(sandbox: Sandbox, params: Params, session_id: str) -> Json:  # noqa: ARG001
    session = sandbox.store.need("checkout.session", session_id)
    if session["status"] != "open":
        raise ApiError(f"This session is {session['status']}. Only an open session can be expired.")
    checkout_sessions.expire(sandbox, session)
    return session


@routes.add("GET /v1/checkout/sessions")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "checkout.session", params, "customer", "payment_intent", "subscription", "status")


@routes.add("GET /v1/checkout/sessions/{id}")
def retrieve(sandbox: Sandbox, params: Params, session_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("checkout.session", session_id)


@routes.add("POST /v1/checkout/sessions/{id}")
def update(sandbox: Sandbox, params: Params, session_id: str) -> Json:
    session = sandbox.store.need("checkout.session", session_id)
    changes: dict[str, Any] = {}
    if "metadata" in params:
        changes["metadata"] = merged(session["metadata"], params["metadata"])
    sandbox.change(session, **changes)
    return session


@routes.add("GET /v1/checkout/sessions/{id}/line_items")
def list_line_items(sandbox: Sandbox, params: Params, session_id: str) -> Json:
    sandbox.store.need("checkout.session", session_id)
    lines = sandbox.store.need("_plan", session_id)["lines"]
    return page(lines, params, f"/v1/checkout/sessions/{session_id}/line_items")


@include("checkout.session", "line_items")
def _line_items(sandbox: Sandbox, session: Json) -> Json:
    return list_line_items(sandbox, {}, session["id"])
