"""Invoices: made for a subscription's period or by hand, finalised, paid through an InvoicePayment."""

from typing import Any

from infra.stripe_sandbox import payment_methods, payments
from infra.stripe_sandbox.payments import Attempt
from infra.stripe_sandbox.sandbox import Sandbox, include
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.shapes import Json

RETRY_AFTER_DAYS = (3, 5, 7)


def make(sandbox: Sandbox, customer: Json, currency: str, lines: list[Json], **given: Any) -> Json:
    """Store a draft whose lines have amount, description, period and, for subscriptions, their parent."""
    now = sandbox.now()
    invoice_id = sandbox.id("in")
    body: Json = {
        "id": invoice_id,
        "object": "invoice",
        "account_country": sandbox.settings.country,
        "account_name": "Stripe sandbox",
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"enabled": False},
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "customer_address": customer.get("address"),
        "customer_email": customer.get("email"),
        "customer_name": customer.get("name"),
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": None,
        "issuer": {"type": "self"},
        "livemode": False,
        "metadata": {},
        "payment_settings": {},
        "period_start": now,
        "period_end": now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": {},
        "test_clock": customer.get("test_clock"),
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": now,
    }
    body.update({name: value for name, value in given.items() if value is not None})
    set_lines(sandbox, body, lines)
    sandbox.store.add(body)
    sandbox.emit("invoice.created", body)
    return body


def set_lines(sandbox: Sandbox, invoice: Json, lines: list[Json]) -> None:
    """Put the lines on a draft and add them up."""
    data = [_line(sandbox, invoice, line) for line in lines]
    total = sum(line["amount"] for line in data)
    url = f"/v1/invoices/{invoice['id']}/lines"
    invoice["lines"] = {"object": "list", "data": data, "has_more": False, "url": url}
    invoice |= dict.fromkeys(("amount_due", "amount_remaining", "subtotal", "total"), total)
    invoice |= {"subtotal_excluding_tax": total, "total_excluding_tax": total}


def _line(sandbox: Sandbox, invoice: Json, line: Json) -> Json:
    return {
        "id": sandbox.id("il"),
        "object": "line_item",
        "currency": invoice["currency"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": 1,
        "quantity_decimal": str(line.get("quantity", 1)),
        "subtotal": line["amount"],
        "taxes": [],
        **line,
    }


def finalize(sandbox: Sandbox, invoice: Json) -> None:
    """Number the draft and open it; a payment of the whole is prepared."""
    customer = sandbox.store.need("customer", invoice["customer"])
    sequence = customer.get("next_invoice_sequence", 1)
    sandbox.change(customer, next_invoice_sequence=sequence + 1)
    page = f"{sandbox.settings.public_url}/invoices/{invoice['id']}"
    sandbox.change(
        invoice,
        status="open",
        number=f"{customer.get('invoice_prefix', 'SANDBOX')}-{sequence:04}",
        effective_at=sandbox.now(),
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
        status_transitions={**invoice["status_transitions"], "finalized_at": sandbox.now()},
    )
    sandbox.emit("invoice.finalized", invoice)


def pay(sandbox: Sandbox, invoice: Json, method: Json | None, attempt: Attempt) -> str:
    """Try to collect an open invoice; returns paid, open (declined or waiting for money) or requires_action."""
    if invoice["amount_due"] == 0:
        _mark_paid(sandbox, invoice, 0)
        return "paid"
    sandbox.change(invoice, attempted=True, attempt_count=invoice["attempt_count"] + 1)
    if method is None:
        return _failed(sandbox, invoice)
    intent = _intent_of(sandbox, invoice)
    status = payments.confirm(sandbox, intent, method, attempt)
    if status == "succeeded":
        settle(sandbox, invoice, intent)
        return "paid"
    if status == "processing":
        return "open"
    if status == "requires_action" or _needs_authentication(intent):
        sandbox.emit("invoice.payment_action_required", invoice)
    _failed(sandbox, invoice)
    return status if status == "requires_action" else "open"


def _needs_authentication(intent: Json) -> bool:
    return bool((intent.get("last_payment_error") or {}).get("decline_code") == "authentication_required")


def _intent_of(sandbox: Sandbox, invoice: Json) -> Json:
    """The invoice's intent and its InvoicePayment, made on the first attempt."""
    for payment in sandbox.store.where("invoice_payment", invoice=invoice["id"], status="open"):
        return sandbox.store.need("payment_intent", payment["payment"]["payment_intent"])
    intent = payments.make(
        sandbox,
        invoice["amount_due"],
        invoice["currency"],
        customer=invoice["customer"],
        description=_describe(invoice),
        payment_method_types=["card"],
    )
    allocation: Json = {
        "id": sandbox.id("inpay"),
        "object": "invoice_payment",
        "amount_requested": invoice["amount_due"],
        "created": sandbox.now(),
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {},
    }
    sandbox.store.add(allocation)
    return intent


def _describe(invoice: Json) -> str:
    words = {"subscription_create": "Subscription creation", "subscription_cycle": "Subscription update"}
    return words.get(invoice["billing_reason"], f"Payment for Invoice {invoice.get('number')}")


def settle(sandbox: Sandbox, invoice: Json, intent: Json) -> None:
    """The intent succeeded: its InvoicePayment and the invoice are paid."""
    for payment in sandbox.store.where("invoice_payment", invoice=invoice["id"], status="open"):
        if payment["payment"]["payment_intent"] == intent["id"]:
            paid = {"paid_at": sandbox.now(), "canceled_at": None}
            sandbox.change(payment, status="paid", amount_paid=intent["amount"], status_transitions=paid)
            sandbox.emit("invoice_payment.paid", payment)
    _mark_paid(sandbox, invoice, intent["amount"])


def _mark_paid(sandbox: Sandbox, invoice: Json, amount: int) -> None:
    sandbox.change(
        invoice,
        status="paid",
        attempted=True,
        auto_advance=False,
        amount_paid=amount,
        amount_remaining=max(0, invoice["amount_due"] - amount),
        next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], "paid_at": sandbox.now()},
    )
    sandbox.emit("invoice.paid", invoice)
    sandbox.emit("invoice.payment_succeeded", invoice)


def mark_paid_elsewhere(sandbox: Sandbox, invoice: Json) -> None:
    """Paid in cash or by transfer: no payment exists, and invoice.payment_succeeded is not sent."""
    sandbox.change(
        invoice,
        status="paid",
        attempted=True,
        auto_advance=False,
        amount_paid=invoice["amount_due"],
        amount_paid_off_stripe=invoice["amount_due"],
        amount_remaining=0,
        next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], "paid_at": sandbox.now()},
    )
    sandbox.emit("invoice.paid", invoice)


def _failed(sandbox: Sandbox, invoice: Json) -> str:
    tries = invoice["attempt_count"]
    is_dunned = invoice["billing_reason"] == "subscription_cycle" and tries <= len(RETRY_AFTER_DAYS)
    due = sandbox.now() + RETRY_AFTER_DAYS[tries - 1] * DAY if is_dunned else None
    sandbox.change(invoice, next_payment_attempt=due)
    sandbox.emit("invoice.payment_failed", invoice)
    return "open"


def default_method(sandbox: Sandbox, invoice: Json) -> Json | None:
    """The method an invoice is charged to: its own, the subscription's, the customer's."""
    candidates = [invoice.get("default_payment_method")]
    if subscription_id := subscription_of(invoice):
        candidates.append(sandbox.store.need("subscription", subscription_id).get("default_payment_method"))
    customer = sandbox.store.need("customer", invoice["customer"])
    candidates.append(customer.get("invoice_settings", {}).get("default_payment_method"))
    chosen = next((each for each in candidates if each), None)
    return payment_methods.resolve(sandbox, chosen) if chosen else None


def subscription_of(invoice: Json) -> str | None:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    found: str | None = details.get("subscription")
    return found


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
