"""Receipts and hosted invoice pages, to which charges and invoices link."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from infra.stripe_sandbox.amounts import shown
from infra.stripe_sandbox.objects import invoices, subscriptions
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.pages.message import Page, message, not_found
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("receipts", __name__)

    @blueprint.get("/")
    def home() -> Response:
        return redirect("/_sandbox/", 302)

    @blueprint.get("/receipts/<charge_id>")
    def receipt(charge_id: str) -> Page:
        with sandbox.lock:
            charge = sandbox.store.get("charge", charge_id)
            if charge is None:
                return _not_found()
            text = f"{shown(charge['amount'], charge['currency'])}, reference {charge['id']}"
            return message("Receipt", text)

    @blueprint.get("/invoices/<invoice_id>")
    @blueprint.get("/invoices/<invoice_id>/pdf")
    def invoice(invoice_id: str) -> Page:
        with sandbox.lock:
            body = sandbox.store.get("invoice", invoice_id)
            return render_template("invoice.html", invoice=body, shown=shown) if body else _not_found()

    @blueprint.post("/invoices/<invoice_id>")
    def pay_invoice(invoice_id: str) -> Page:
        with sandbox.lock:
            body = sandbox.store.get("invoice", invoice_id)
            if body is None:
                return _not_found()
            if body["status"] == "open":
                _pay(sandbox, body)
                sandbox.store.save()
            return redirect(f"/invoices/{invoice_id}", 303)

    return blueprint


def _pay(sandbox: Sandbox, invoice: Json) -> None:
    method = invoices.default_method(sandbox, invoice)
    outcome = invoices.pay(sandbox, invoice, method, Attempt(is_authenticated=True))
    subscription_id = invoices.subscription_of(invoice)
    if outcome == "paid" and subscription_id:
        subscriptions.activate(sandbox, sandbox.store.need("subscription", subscription_id))


def _not_found() -> Page:
    return not_found("There is nothing at this address.")
