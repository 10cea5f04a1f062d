"""Invoices: made for a period of a subscription or by hand, finalized, and paid by an invoice payment."""

import copy
from typing import Any

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.objects import payment_intents, payment_methods
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

RETRY_AFTER_DAYS = (3, 5, 7)


#: The fields of a new draft that depend on neither the customer nor the time.
_NEW_DRAFT: Json = {
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
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_tax_rates": [],
    "discounts": [],
    "effective_at": None,
    "issuer": {"type": "self"},
    "livemode": False,
    "metadata": {},
    "payment_settings": {},
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "starting_balance": 0,
    "status": "draft",
    "status_transitions": {},
    "total_discount_amounts": [],
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
}


def make(sandbox: Sandbox, customer: Json, currency: str, lines: list[Json], **given: Any) -> Json:
    """Store a draft. Each line has an amount, a description, a period and, for a subscription, its parent."""
    now = sandbox.now()
    body: Json = {
        "id": sandbox.id("in"),
        "object": "invoice",
        **copy.deepcopy(_NEW_DRAFT),
        "account_country": sandbox.settings.country,
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        **{f"customer_{name}": customer.get(name) for name in ("address", "email", "name")},
        "period_start": now,
        "period_end": now,
        "test_clock": customer.get("test_clock"),
        "webhooks_delivered_at": now,
    }
    body.update({name: value for name, value in given.items() if value is not None})
    set_lines(sandbox, body, lines)
    sandbox.store.add(body)
    sandbox.emit("invoice.created", body)
    return body


def set_lines(sandbox: Sandbox, invoice: Json, lines: list[Json]) -> None:
    """Replace the lines of a draft and compute its totals."""
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


def require(invoice: Json, status: str, verb: str) -> None:
    """Raise ApiError unless the invoice has this status."""
    if invoice["status"] != status:
        raise ApiError(f"This invoice is {invoice['status']} and cannot be {verb}.", code="invoice_not_editable")


def close(sandbox: Sandbox, invoice: Json, status: str, moment: str) -> None:
    """Write off an open invoice. `moment` is the field of the transition, such as `voided_at`."""
    transitions = {**invoice["status_transitions"], moment: sandbox.now()}
    sandbox.change(invoice, status=status, auto_advance=False, status_transitions=transitions)
    sandbox.emit(f"invoice.{moment.removesuffix('_at')}", invoice)


def finalize(sandbox: Sandbox, invoice: Json) -> None:
    """Give the draft a number and open it for payment."""
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
    """Try to collect an open invoice. Return paid, requires_action, or open (declined or still processing)."""
    if invoice["amount_due"] == 0:
        _mark_paid(sandbox, invoice, 0)
        return "paid"
    sandbox.change(invoice, attempted=True, attempt_count=invoice["attempt_count"] + 1)
    if method is None:
        return _failed(sandbox, invoice)
    intent = _intent_of(sandbox, invoice)
    status = payment_intents.confirm(sandbox, intent, method, attempt)
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
    """Return the PaymentIntent of the invoice. The first attempt makes it and its invoice payment."""
    for payment in sandbox.store.where("invoice_payment", invoice=invoice["id"], status="open"):
        return sandbox.store.need("payment_intent", payment["payment"]["payment_intent"])
    intent = payment_intents.make(
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
    """Mark the invoice and its invoice payment as paid by a succeeded intent."""
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
    """Mark the invoice as paid in cash or by transfer: no payment exists and `payment_succeeded` is not sent."""
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
    """Return the payment method of the invoice, or else of its subscription or customer, or None."""
    candidates = [invoice.get("default_payment_method")]
    if subscription_id := subscription_of(invoice):
        candidates.append(sandbox.store.need("subscription", subscription_id).get("default_payment_method"))
    customer = sandbox.store.need("customer", invoice["customer"])
    candidates.append(customer.get("invoice_settings", {}).get("default_payment_method"))
    chosen = next((method_id for method_id in candidates if method_id), None)
    return payment_methods.resolve(sandbox, chosen) if chosen else None


def subscription_of(invoice: Json) -> str | None:
    """Return the id of the subscription that the invoice bills, or None."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    found: str | None = details.get("subscription")
    return found
