"""The invoice, invoice item and invoice payment routes."""

from infra.stripe_sandbox import customers, invoices, payment_methods, products, subscriptions
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import ApiError, NotFoundError, missing
from infra.stripe_sandbox.listing import listed, page
from infra.stripe_sandbox.payments import Attempt, decline_of
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json


def need(sandbox: Sandbox, invoice_id: str) -> Json:
    found = sandbox.store.get("invoice", invoice_id)
    if found is None:
        raise NotFoundError("invoice", invoice_id, "invoice")
    return found


@route("POST /v1/invoices")
def create(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    customer = customers.need(sandbox, params["customer"])
    with sandbox.at_clock(customer.get("test_clock")):
        pending = list(sandbox.store.where("invoiceitem", customer=customer["id"], invoice=None))
        taken = pending if params.get("pending_invoice_items_behavior") == "include" else []
        currency = params.get("currency") or (taken[0]["currency"] if taken else sandbox.settings.default_currency)
        given = {name: params[name] for name in ("description", "metadata", "collection_method") if name in params}
        invoice = invoices.make(sandbox, customer, currency, [_line_of(item) for item in taken], **given)
        for item in taken:
            sandbox.change(item, invoice=invoice["id"])
    return invoice


def _line_of(item: Json) -> Json:
    details = {"invoice_item": item["id"], "proration": False}
    return {
        "amount": item["amount"],
        "description": item["description"],
        "parent": {"type": "invoice_item_details", "invoice_item_details": details},
        "period": item["period"],
        "quantity": item["quantity"],
    }


@route("POST /v1/invoiceitems")
def create_item(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    customers.need(sandbox, params["customer"])
    now = sandbox.now()
    amount = params.get("amount")
    if amount is None:
        amount = _price_of(sandbox, params) * params.get("quantity", 1)
    body: Json = {
        "id": sandbox.id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": params.get("currency", sandbox.settings.default_currency),
        "customer": params["customer"],
        "date": now,
        "description": params.get("description"),
        "discountable": True,
        "discounts": [],
        "invoice": params.get("invoice"),
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "net_amount": amount,
        "period": params.get("period", {"start": now, "end": now}),
        "proration": False,
        "quantity": params.get("quantity", 1),
        "quantity_decimal": str(params.get("quantity", 1)),
        "tax_rates": [],
    }
    sandbox.store.add(body)
    if body["invoice"]:
        invoice = need(sandbox, body["invoice"])
        _require(invoice, "draft", "changed")
        kept = [
            {name: line[name] for name in ("amount", "description", "parent", "period", "quantity") if name in line}
            for line in invoice["lines"]["data"]
        ]
        invoices.set_lines(sandbox, invoice, [*kept, _line_of(body)])
        sandbox.store.add(invoice)
    return body


def _price_of(sandbox: Sandbox, params: Params) -> int:
    if "pricing" in params:
        return int(products.need_price(sandbox, params["pricing"]["price"])["unit_amount"])
    if "price_data" in params:
        return int(params["price_data"].get("unit_amount", 0))
    raise missing("amount")


def _require(invoice: Json, status: str, verb: str) -> None:
    if invoice["status"] != status:
        raise ApiError(f"This invoice is {invoice['status']} and cannot be {verb}.", code="invoice_not_editable")


@route("POST /v1/invoices/{id}/finalize")
def finalize(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = need(sandbox, invoice_id)
    _require(invoice, "draft", "finalized")
    with sandbox.at_clock(invoice.get("test_clock")):
        invoices.finalize(sandbox, invoice)
        if invoice["amount_due"] == 0:
            invoices.pay(sandbox, invoice, None, Attempt())
    return invoice


@route("POST /v1/invoices/{id}/pay")
def pay(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:
    invoice = need(sandbox, invoice_id)
    if invoice["status"] == "paid":
        raise ApiError("Invoice is already paid", code="invoice_already_paid")
    with sandbox.at_clock(invoice.get("test_clock")):
        if invoice["status"] == "draft":
            invoices.finalize(sandbox, invoice)
        _require(invoice, "open", "paid")
        if params.get("paid_out_of_band"):
            invoices.mark_paid_elsewhere(sandbox, invoice)
            outcome = "paid"
        else:
            wanted = params.get("payment_method")
            method = payment_methods.resolve(sandbox, wanted) if wanted else invoices.default_method(sandbox, invoice)
            outcome = invoices.pay(sandbox, invoice, method, Attempt(is_off_session=params.get("off_session", True)))
        subscription_id = invoices.subscription_of(invoice)
        if outcome == "paid" and subscription_id:
            subscriptions.activate(sandbox, sandbox.store.need("subscription", subscription_id))
    if outcome == "open":
        _raise_if_declined(sandbox, invoice)
    return invoice


def _raise_if_declined(sandbox: Sandbox, invoice: Json) -> None:
    for payment in sandbox.store.where("invoice_payment", invoice=invoice["id"]):
        intent = sandbox.store.need("payment_intent", payment["payment"]["payment_intent"])
        if intent["status"] == "requires_payment_method":
            raise decline_of(sandbox, intent)


@route("POST /v1/invoices/{id}/void")
def void(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    return _close(sandbox, need(sandbox, invoice_id), "void", "voided_at", "invoice.voided")


@route("POST /v1/invoices/{id}/mark_uncollectible")
def mark_uncollectible(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = need(sandbox, invoice_id)
    return _close(sandbox, invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible")


def _close(sandbox: Sandbox, invoice: Json, status: str, moment: str, event: str) -> Json:
    _require(invoice, "open", status)
    with sandbox.at_clock(invoice.get("test_clock")):
        transitions = {**invoice["status_transitions"], moment: sandbox.now()}
        sandbox.change(invoice, status=status, auto_advance=False, status_transitions=transitions)
        sandbox.emit(event, invoice)
    return invoice


@route("POST /v1/invoices/{id}/send")
def send(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = need(sandbox, invoice_id)
    if invoice["status"] == "draft":
        invoices.finalize(sandbox, invoice)
    sandbox.emit("invoice.sent", invoice)
    return invoice


@route("POST /v1/invoices/{id}")
def update(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:
    invoice = need(sandbox, invoice_id)
    changes: Json = {name: params[name] for name in ("description", "auto_advance") if name in params}
    if "metadata" in params:
        changes["metadata"] = merged(invoice["metadata"], params["metadata"])
    previous = sandbox.change(invoice, **changes)
    if previous:
        sandbox.emit("invoice.updated", invoice, previous)
    return invoice


@route("DELETE /v1/invoices/{id}")
def delete(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = need(sandbox, invoice_id)
    _require(invoice, "draft", "deleted")
    sandbox.emit("invoice.deleted", invoice)
    sandbox.store.delete("invoice", invoice_id)
    return {"id": invoice_id, "object": "invoice", "deleted": True}


@route("GET /v1/invoices")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    if "subscription" not in params:
        return listed(sandbox, "invoice", params, "customer", "status", "collection_method")
    chosen = [
        invoice
        for invoice in reversed(sandbox.store.all("invoice"))
        if invoices.subscription_of(invoice) == params["subscription"]
        and params.get("status", invoice["status"]) == invoice["status"]
    ]
    return page(chosen, params, "/v1/invoices")


@route("GET /v1/invoices/{id}")
def retrieve(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, invoice_id)


@route("GET /v1/invoices/{id}/lines")
def list_lines(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:
    return page(need(sandbox, invoice_id)["lines"]["data"], params, f"/v1/invoices/{invoice_id}/lines")


@route("GET /v1/invoiceitems")
def list_items(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "invoiceitem", params, "customer", "invoice")


@route("GET /v1/invoiceitems/{id}")
def retrieve_item(sandbox: Sandbox, params: Params, item_id: str) -> Json:  # noqa: ARG001
    found = sandbox.store.get("invoiceitem", item_id)
    if found is None:
        raise NotFoundError("invoiceitem", item_id)
    return found


@route("DELETE /v1/invoiceitems/{id}")
def delete_item(sandbox: Sandbox, params: Params, item_id: str) -> Json:
    retrieve_item(sandbox, params, item_id)
    sandbox.store.delete("invoiceitem", item_id)
    return {"id": item_id, "object": "invoiceitem", "deleted": True}


@route("GET /v1/invoice_payments")
def list_payments(sandbox: Sandbox, params: Params) -> Json:
    wanted = params.pop("payment", None)
    chosen = [
        payment
        for payment in reversed(sandbox.store.all("invoice_payment"))
        if all(payment[name] == params[name] for name in ("invoice", "status") if name in params)
        and (wanted is None or payment["payment"] == wanted)
    ]
    return page(chosen, params, "/v1/invoice_payments")


@route("GET /v1/invoice_payments/{id}")
def retrieve_payment(sandbox: Sandbox, params: Params, payment_id: str) -> Json:  # noqa: ARG001
    found = sandbox.store.get("invoice_payment", payment_id)
    if found is None:
        raise NotFoundError("invoice_payment", payment_id)
    return found
