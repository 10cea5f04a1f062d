"""Receipts and hosted invoice pages: what the links on charges and invoices lead to."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from infra.stripe_sandbox import invoices, subscriptions
from infra.stripe_sandbox.amounts import shown
from infra.stripe_sandbox.payments import Attempt
from infra.stripe_sandbox.sandbox import Sandbox

Page = str | Response | tuple[str, int]


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
                return _gone()
            text = f"{shown(charge['amount'], charge['currency'])}, reference {charge['id']}"
            return render_template("message.html", title="Receipt", text=text, link=None)

    @blueprint.get("/invoices/<invoice_id>")
    @blueprint.get("/invoices/<invoice_id>/pdf")
    def invoice(invoice_id: str) -> Page:
        with sandbox.lock:
            found = sandbox.store.get("invoice", invoice_id)
            return render_template("invoice.html", invoice=found, shown=shown) if found else _gone()

    @blueprint.post("/invoices/<invoice_id>")
    def pay_invoice(invoice_id: str) -> Page:
        with sandbox.lock:
            found = sandbox.store.get("invoice", invoice_id)
            if found is None:
                return _gone()
            if found["status"] == "open":
                _pay(sandbox, found)
                sandbox.store.save()
            return redirect(f"/invoices/{invoice_id}", 303)

    return blueprint


def _pay(sandbox: Sandbox, invoice: dict[str, object]) -> None:
    method = invoices.default_method(sandbox, invoice)
    outcome = invoices.pay(sandbox, invoice, method, Attempt(is_authenticated=True))
    subscription_id = invoices.subscription_of(invoice)
    if outcome == "paid" and subscription_id:
        subscriptions.activate(sandbox, sandbox.store.need("subscription", subscription_id))


def _gone() -> tuple[str, int]:
    return render_template("message.html", title="Not found", text="There is nothing at this address.", link=None), 404
