"""Products and prices, by themselves or made inline from `price_data`."""

from typing import Any

from infra.stripe_sandbox.amounts import currency_code
from infra.stripe_sandbox.errors import BadParameterError, missing
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json


def make_product(sandbox: Sandbox, given: Json, *, is_inline: bool = False) -> Json:
    """Store a product. An inline product belongs to one `price_data` and is not active, as at Stripe."""
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
    """Store a price. `given` has the fields of a price or of `price_data`."""
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
        "currency": currency_code(given["currency"]),
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
        return str(sandbox.store.need("product", product_id, "product")["id"])
    if "product_data" not in given:
        raise missing("product_data")
    return str(make_product(sandbox, given["product_data"], is_inline=is_inline)["id"])
