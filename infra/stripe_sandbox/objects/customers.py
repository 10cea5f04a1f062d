"""Customers of the account."""

from typing import Any

from infra.stripe_sandbox.errors import NotFoundError
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json


def make(sandbox: Sandbox, **given: Any) -> Json:
    """Store a customer and emit `customer.created`."""
    body: Json = {
        "id": sandbox.id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": sandbox.now(),
        "delinquent": False,
        "invoice_prefix": sandbox.ids.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 8),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
    }
    body.update({name: value for name, value in given.items() if value is not None})
    sandbox.store.add(body)
    sandbox.emit("customer.created", body)
    return body


def existing(sandbox: Sandbox, customer_id: str, param: str = "customer") -> Json:
    """Return the customer. Raise NotFoundError if it does not exist or was deleted."""
    customer = sandbox.store.need("customer", customer_id, param)
    if customer.get("deleted"):
        raise NotFoundError("customer", customer_id, param)
    return customer
