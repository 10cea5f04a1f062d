"""Routes for invoice items."""

from infra.stripe_sandbox.errors import missing
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import customers, invoice_items, invoices
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/invoiceitems")
def create(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    customers.existing(sandbox, params["customer"])
    amount = params.get("amount")
    if amount is None:
        amount = _price_of(sandbox, params) * params.get("quantity", 1)
    names = ("currency", "description", "invoice", "metadata", "period", "quantity")
    given = {name: params[name] for name in names if name in params}
    if "invoice" not in params:
        return invoice_items.make(sandbox, params["customer"], amount, **given)
    draft = sandbox.store.need("invoice", params["invoice"])
    invoices.require(draft, "draft", "changed")
    item = invoice_items.make(sandbox, params["customer"], amount, **given)
    invoice_items.add_to_draft(sandbox, item, draft)
    return item


def _price_of(sandbox: Sandbox, params: Params) -> int:
    if "pricing" in params:
        return int(sandbox.store.need("price", params["pricing"]["price"], "price")["unit_amount"])
    if "price_data" in params:
        return int(params["price_data"].get("unit_amount", 0))
    raise missing("amount")


@routes.add("GET /v1/invoiceitems")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "invoiceitem", params, "customer", "invoice")


@routes.add("GET /v1/invoiceitems/{id}")
def retrieve(sandbox: Sandbox, params: Params, item_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("invoiceitem", item_id)


@routes.add("DELETE /v1/invoiceitems/{id}")
def delete(sandbox: Sandbox, params: Params, item_id: str) -> Json:  # noqa: ARG001
    sandbox.store.need("invoiceitem", item_id)
    sandbox.store.delete("invoiceitem", item_id)
    return {"id": item_id, "object": "invoiceitem", "deleted": True}
