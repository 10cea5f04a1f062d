"""Invoice items: amounts for the next invoice of a customer, or for a draft."""

from typing import Any

from infra.stripe_sandbox.objects import invoices
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

LINE_FIELDS = ("amount", "description", "parent", "period", "quantity")


def make(sandbox: Sandbox, customer_id: str, amount: int, **given: Any) -> Json:
    """Store an item of `amount` minor units. Without an `invoice` in `given` it waits for the next one."""
    now = sandbox.now()
    quantity = given.get("quantity", 1)
    body: Json = {
        "id": sandbox.id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": given.get("currency", sandbox.settings.default_currency),
        "customer": customer_id,
        "date": now,
        "description": given.get("description"),
        "discountable": True,
        "discounts": [],
        "invoice": given.get("invoice"),
        "livemode": False,
        "metadata": given.get("metadata") or {},
        "net_amount": amount,
        "period": given.get("period", {"start": now, "end": now}),
        "proration": False,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
    }
    return sandbox.store.add(body)


def add_to_draft(sandbox: Sandbox, item: Json, draft: Json) -> None:
    """Add a line for the item to a draft invoice."""
    lines = [{name: line[name] for name in LINE_FIELDS if name in line} for line in draft["lines"]["data"]]
    invoices.set_lines(sandbox, draft, [*lines, line_of(item)])
    sandbox.store.add(draft)


def line_of(item: Json) -> Json:
    """Return the invoice line for an item."""
    details = {"invoice_item": item["id"], "proration": False}
    return {
        "amount": item["amount"],
        "description": item["description"],
        "parent": {"type": "invoice_item_details", "invoice_item_details": details},
        "period": item["period"],
        "quantity": item["quantity"],
    }
