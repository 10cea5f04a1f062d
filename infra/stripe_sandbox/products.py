"""Products and prices, also made inline from `price_data`."""

from typing import Any

from infra.stripe_sandbox.amounts import need_currency
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import ApiError, BadParameterError, NotFoundError, missing
from infra.stripe_sandbox.listing import listed
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json


def make_product(sandbox: Sandbox, given: Json, *, is_inline: bool = False) -> Json:
    """`is_inline` products belong to one price_data and are not active, as at Stripe."""
    now = sandbox.now()
    body: Json = {
        "id": given.get("id") or sandbox.id("prod")[:19],
        "object": "product",
        "active": not is_inline and given.get("active", True),
        "created": now,
        "description": given.get("description") or None,
        "images": given.get("images") or [],
        "livemode": False,
        "marketing_features": [],
        "metadata": given.get("metadata") or {},
        "name": given["name"],
        "type": given.get("type", "service"),
        "updated": now,
    }
    sandbox.store.add(body)
    if not is_inline:
        sandbox.emit("product.created", body)
    return body


def make_price(sandbox: Sandbox, given: Json, *, is_inline: bool = False) -> Json:
    """`given` holds the fields of a price or of `price_data`."""
    recurring = given.get("recurring")
    custom = given.get("custom_unit_amount")
    amount = given.get("unit_amount", given.get("unit_amount_decimal"))
    if amount is None and not custom:
        raise missing("price_data[unit_amount]" if is_inline else "unit_amount")
    body: Json = {
        "id": sandbox.id("price"),
        "object": "price",
        "active": not is_inline and given.get("active", True),
        "billing_scheme": "per_unit",
        "created": sandbox.now(),
        "currency": need_currency(given["currency"]),
        "custom_unit_amount": _custom(custom) if custom else None,
        "livemode": False,
        "lookup_key": given.get("lookup_key"),
        "metadata": given.get("metadata") or {},
        "nickname": given.get("nickname"),
        "product": _product_of(sandbox, given, is_inline=is_inline),
        "recurring": _recurring(recurring) if recurring else None,
        "tax_behavior": given.get("tax_behavior", "unspecified"),
        "type": "recurring" if recurring else "one_time",
        "unit_amount": None if custom else _amount(amount),
        "unit_amount_decimal": None if custom else str(amount),
    }
    sandbox.store.add(body)
    if not is_inline:
        sandbox.emit("price.created", body)
    return body


def _amount(value: Any) -> int:
    amount = int(value)
    if amount < 0:
        raise BadParameterError("Invalid non-negative integer", "unit_amount", "parameter_invalid_integer")
    return amount


def _custom(given: Json) -> Json:
    return {name: given.get(name) for name in ("maximum", "minimum", "preset")}


def _recurring(given: Json) -> Json:
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": None,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": given.get("usage_type", "licensed"),
    }


def _product_of(sandbox: Sandbox, given: Json, *, is_inline: bool) -> str:
    if product_id := given.get("product"):
        if sandbox.store.get("product", product_id) is None:
            raise NotFoundError("product", product_id, "product")
        return str(product_id)
    if "product_data" not in given:
        raise missing("product_data")
    return str(make_product(sandbox, given["product_data"], is_inline=is_inline)["id"])


def need_price(sandbox: Sandbox, price_id: str, param: str = "price") -> Json:
    found = sandbox.store.get("price", price_id)
    if found is None:
        raise NotFoundError("price", price_id, param)
    return found


@route("POST /v1/products")
def create_product(sandbox: Sandbox, params: Params) -> Json:
    if "id" in params and sandbox.store.get("product", params["id"]):
        raise ApiError("Product already exists.", code="resource_already_exists")
    body = make_product(sandbox, params)
    if default := params.get("default_price_data"):
        price = make_price(sandbox, {**default, "product": body["id"]})
        sandbox.change(body, default_price=price["id"])
    return body


@route("POST /v1/prices")
def create_price(sandbox: Sandbox, params: Params) -> Json:
    return make_price(sandbox, params)


@route("GET /v1/products")
def list_products(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "product", params, "active")


@route("GET /v1/prices")
def list_prices(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "price", params, "active", "currency", "product", "type")


@route("GET /v1/products/{id}")
def retrieve_product(sandbox: Sandbox, params: Params, product_id: str) -> Json:  # noqa: ARG001
    found = sandbox.store.get("product", product_id)
    if found is None:
        raise NotFoundError("product", product_id)
    return found


@route("GET /v1/prices/{id}")
def retrieve_price(sandbox: Sandbox, params: Params, price_id: str) -> Json:  # noqa: ARG001
    return need_price(sandbox, price_id, "id")


@route("POST /v1/products/{id}")
def update_product(sandbox: Sandbox, params: Params, product_id: str) -> Json:
    return _update(sandbox, retrieve_product(sandbox, {}, product_id), params, "product.updated")


@route("POST /v1/prices/{id}")
def update_price(sandbox: Sandbox, params: Params, price_id: str) -> Json:
    return _update(sandbox, need_price(sandbox, price_id, "id"), params, "price.updated")


def _update(sandbox: Sandbox, body: Json, params: Params, event: str) -> Json:
    changes = {name: value for name, value in params.items() if name in body and name != "metadata"}
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    sandbox.emit(event, body, sandbox.change(body, **changes)) if changes else None
    return body


@route("DELETE /v1/products/{id}")
def delete_product(sandbox: Sandbox, params: Params, product_id: str) -> Json:
    body = retrieve_product(sandbox, params, product_id)
    if any(sandbox.store.where("price", product=product_id)):
        raise ApiError("This product cannot be deleted because it has one or more user-created prices.")
    sandbox.emit("product.deleted", body)
    sandbox.store.delete("product", product_id)
    return {"id": product_id, "object": "product", "deleted": True}
