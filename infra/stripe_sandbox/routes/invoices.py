"""Routes for invoices. Invoice items and invoice payments have their own files."""

from infra.stripe_sandbox.errors import ApiError, missing
from infra.stripe_sandbox.http.listing import listed, page
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import customers, invoice_items, invoices, payment_methods, subscriptions
from infra.stripe_sandbox.objects.payment_intents import Attempt, decline_of
from infra.stripe_sandbox.sandbox import Sandbox, include
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/invoices")
def create(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    customer = customers.existing(sandbox, params["customer"])
    with sandbox.at_clock(customer.get("test_clock")):
        pending = list(sandbox.store.where("invoiceitem", customer=customer["id"], invoice=None))
        taken = pending if params.get("pending_invoice_items_behavior") == "include" else []
        currency = params.get("currency") or (taken[0]["currency"] if taken else sandbox.settings.default_currency)
        given = {name: params[name] for name in ("description", "metadata", "collection_method") if name in params}
        invoice = invoices.make(sandbox, customer, currency, [invoice_items.line_of(item) for item in taken], **given)
        for item in taken:
            sandbox.change(item, invoice=invoice["id"])
    return invoice


@routes.add("POST /v1/invoices/{id}/finalize")
def finalize(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = sandbox.store.need("invoice", invoice_id)
    invoices.require(invoice, "draft", "finalized")
    with sandbox.at_clock(invoice.get("test_clock")):
        invoices.finalize(sandbox, invoice)
        if invoice["amount_due"] == 0:
            invoices.pay(sandbox, invoice, None, Attempt())
    return invoice


@routes.add("POST /v1/invoices/{id}/pay")
def pay(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:
    invoice = sandbox.store.need("invoice", invoice_id)
    if invoice["status"] == "paid":
        raise ApiError("This invoice is already paid.", code="invoice_already_paid")
    with sandbox.at_clock(invoice.get("test_clock")):
        if invoice["status"] == "draft":
            invoices.finalize(sandbox, invoice)
        invoices.require(invoice, "open", "paid")
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


@routes.add("POST /v1/invoices/{id}/void")
def void(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    return _close(sandbox, invoice_id, "void", "voided_at")


@routes.add("POST /v1/invoices/{id}/mark_uncollectible")
def mark_uncollectible(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    return _close(sandbox, invoice_id, "uncollectible", "marked_uncollectible_at")


def _close(sandbox: Sandbox, invoice_id: str, status: str, moment: str) -> Json:
    invoice = sandbox.store.need("invoice", invoice_id)
    invoices.require(invoice, "open", status)
    with sandbox.at_clock(invoice.get("test_clock")):
        invoices.close(sandbox, invoice, status, moment)
    return invoice


@routes.add("POST /v1/invoices/{id}/send")
def send(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = sandbox.store.need("invoice", invoice_id)
    if invoice["status"] == "draft":
        invoices.finalize(sandbox, invoice)
    sandbox.emit("invoice.sent", invoice)
    return invoice


@routes.add("POST /v1/invoices/{id}")
def update(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:
    invoice = sandbox.store.need("invoice", invoice_id)
    changes: Json = {name: params[name] for name in ("description", "auto_advance") if name in params}
    if "metadata" in params:
        changes["metadata"] = merged(invoice["metadata"], params["metadata"])
    previous = sandbox.change(invoice, **changes)
    if previous:
        sandbox.emit("invoice.updated", invoice, previous)
    return invoice


@routes.add("DELETE /v1/invoices/{id}")
def delete(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    invoice = sandbox.store.need("invoice", invoice_id)
    invoices.require(invoice, "draft", "deleted")
    sandbox.emit("invoice.deleted", invoice)
    sandbox.store.delete("invoice", invoice_id)
    return {"id": invoice_id, "object": "invoice", "deleted": True}


@routes.add("GET /v1/invoices")
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


@routes.add("GET /v1/invoices/{id}")
def retrieve(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("invoice", invoice_id)


@routes.add("GET /v1/invoices/{id}/lines")
def list_lines(sandbox: Sandbox, params: Params, invoice_id: str) -> Json:
    return page(sandbox.store.need("invoice", invoice_id)["lines"]["data"], params, f"/v1/invoices/{invoice_id}/lines")


@include("invoice", "payments")
def _payments(sandbox: Sandbox, invoice: Json) -> Json:
    data = list(sandbox.store.where("invoice_payment", invoice=invoice["id"]))
    url = f"/v1/invoices/{invoice['id']}/payments"
    return {"object": "list", "data": data, "has_more": False, "url": url}


@include("invoice", "confirmation_secret")
def _confirmation_secret(sandbox: Sandbox, invoice: Json) -> Json | None:
    for payment in sandbox.store.where("invoice_payment", invoice=invoice["id"]):
        intent = sandbox.store.need("payment_intent", payment["payment"]["payment_intent"])
        return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None
