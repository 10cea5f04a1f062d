"""Subscriptions: made, started with their first invoice, billed and ended. renewals.py renews them."""

from typing import Any

from infra.stripe_sandbox.objects import invoices
from infra.stripe_sandbox.objects.billing_periods import next_date
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

INCOMPLETE_SECONDS = 23 * 3600
NOTICE_SECONDS = 7 * DAY
ITEMS_URL = "/v1/subscription_items?subscription="
ENDED = ("canceled", "incomplete_expired")


def make(sandbox: Sandbox, customer: Json, prices: list[tuple[Json, int]], **given: Any) -> Json:
    """Store an incomplete subscription to (price, quantity) pairs. `start` makes its first invoice."""
    now = sandbox.now()
    subscription_id = sandbox.id("sub")
    items = [_item(sandbox, subscription_id, price, quantity, now) for price, quantity in prices]
    body: Json = {
        "id": subscription_id,
        "object": "subscription",
        "automatic_tax": {"enabled": False},
        "billing_cycle_anchor": now,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": prices[0][0]["currency"],
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"issuer": {"type": "self"}},
        "items": {"object": "list", "data": items, "has_more": False, "url": f"{ITEMS_URL}{subscription_id}"},
        "livemode": False,
        "metadata": {},
        "payment_settings": {"save_default_payment_method": "off"},
        "start_date": now,
        "status": "incomplete",
        "test_clock": customer.get("test_clock"),
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }
    body.update({name: value for name, value in given.items() if value is not None})
    for item in items:
        sandbox.store.add(item)
    return sandbox.store.add(body)


def _item(sandbox: Sandbox, subscription_id: str, price: Json, quantity: int, now: int) -> Json:
    return {
        "id": sandbox.id("si"),
        "object": "subscription_item",
        "created": now,
        "current_period_start": now,
        "current_period_end": next_date(now, now, price["recurring"]),
        "discounts": [],
        "metadata": {},
        "plan": _plan(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }


def _plan(price: Json) -> Json:
    """Return the price as a plan, the older type that subscription items still contain."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": {},
        "meter": None,
        "nickname": None,
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def start(sandbox: Sandbox, subscription: Json, method: Json | None, attempt: Attempt) -> str:
    """Invoice the first period and try to collect it. Return paid, open, requires_action or unattempted."""
    sandbox.emit("customer.subscription.created", subscription)
    invoice = bill(sandbox, subscription, "subscription_create")
    invoices.finalize(sandbox, invoice)
    outcome = invoices.pay(sandbox, invoice, method, attempt) if method else "unattempted"
    if outcome == "paid" or is_processing(sandbox, invoice):
        activate(sandbox, subscription)
    else:
        sandbox.schedule("expire_incomplete", sandbox.now() + INCOMPLETE_SECONDS, subscription=subscription["id"])
    return outcome


def is_processing(sandbox: Sandbox, invoice: Json) -> bool:
    """Return whether a delayed payment of the invoice is under way."""
    for payment in sandbox.store.where("invoice_payment", invoice=invoice["id"]):
        if sandbox.store.need("payment_intent", payment["payment"]["payment_intent"])["status"] == "processing":
            return True
    return False


def activate(sandbox: Sandbox, subscription: Json) -> None:
    """Activate an incomplete, past due or unpaid subscription after a payment that succeeded or is under way."""
    if subscription["status"] not in ("incomplete", "past_due", "unpaid"):
        return
    was_incomplete = subscription["status"] == "incomplete"
    previous = sandbox.change(subscription, status="active")
    sandbox.emit("customer.subscription.updated", subscription, previous)
    if was_incomplete:
        plan_renewal(sandbox, subscription)


def period_end(subscription: Json) -> int:
    """Return the end of the current period, in seconds since the epoch."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def plan_renewal(sandbox: Sandbox, subscription: Json) -> None:
    """Schedule the renewal, and its announcement if that is still ahead."""
    end = period_end(subscription)
    if end - NOTICE_SECONDS > sandbox.now():
        sandbox.schedule("announce_renewal", end - NOTICE_SECONDS, subscription=subscription["id"], period_end=end)
    sandbox.schedule("renew", end, subscription=subscription["id"], period_end=end)


def bill(sandbox: Sandbox, subscription: Json, reason: str) -> Json:
    """Make a draft invoice for the current period of the items."""
    customer = sandbox.store.need("customer", subscription["customer"])
    items = subscription["items"]["data"]
    frozen = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    invoice = invoices.make(
        sandbox,
        customer,
        subscription["currency"],
        [_line(item, subscription["id"]) for item in items],
        billing_reason=reason,
        parent={"type": "subscription_details", "subscription_details": frozen},
        period_start=items[0]["current_period_start"],
        period_end=items[0]["current_period_start"],
    )
    sandbox.change(subscription, latest_invoice=invoice["id"])
    return invoice


def _line(item: Json, subscription_id: str) -> Json:
    price = item["price"]
    details = {"subscription_item": item["id"], "subscription": subscription_id, "proration": False}
    return {
        "amount": price["unit_amount"] * item["quantity"],
        "description": f"{item['quantity']} × {price['recurring']['interval']}",
        "parent": {"type": "subscription_item_details", "subscription_item_details": details},
        "period": {"start": item["current_period_start"], "end": item["current_period_end"]},
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
    }


@task("expire_incomplete")
def _expire_incomplete(sandbox: Sandbox, arguments: Json) -> None:
    subscription = sandbox.store.need("subscription", arguments["subscription"])
    if subscription["status"] == "incomplete":
        invoice = sandbox.store.need("invoice", subscription["latest_invoice"])
        if invoice["status"] == "open":
            invoices.close(sandbox, invoice, "void", "voided_at")
        previous = sandbox.change(subscription, status="incomplete_expired", ended_at=sandbox.now())
        sandbox.emit("customer.subscription.updated", subscription, previous)


def end(sandbox: Sandbox, subscription: Json, reason: str, **details: Any) -> None:
    """Cancel the subscription now."""
    now = sandbox.now()
    cancellation = {**(subscription.get("cancellation_details") or {}), **details, "reason": reason}
    canceled_at = subscription.get("canceled_at") or now
    sandbox.change(
        subscription, status="canceled", canceled_at=canceled_at, ended_at=now, cancellation_details=cancellation
    )
    sandbox.emit("customer.subscription.deleted", subscription)


def payment_settled(sandbox: Sandbox, intent: Json) -> None:
    """Update the invoice and subscription of a delayed payment that has succeeded or failed."""
    for payment in sandbox.store.where("invoice_payment", status="open"):
        if payment["payment"].get("payment_intent") != intent["id"]:
            continue
        invoice = sandbox.store.need("invoice", payment["invoice"])
        subscription_id = invoices.subscription_of(invoice)
        subscription = sandbox.store.need("subscription", subscription_id) if subscription_id else None
        if intent["status"] == "succeeded":
            invoices.settle(sandbox, invoice, intent)
            if subscription:
                activate(sandbox, subscription)
        elif subscription:
            sandbox.emit("invoice.payment_failed", invoice)
            previous = sandbox.change(subscription, status="past_due")
            sandbox.emit("customer.subscription.updated", subscription, previous)


def cancel_at_period_end(sandbox: Sandbox, subscription: Json, *, wanted: bool) -> Json:
    """Return the fields that change when a cancellation at the period end is wanted, or taken back."""
    now = sandbox.now()
    details = {**subscription["cancellation_details"], "reason": "cancellation_requested" if wanted else None}
    return {
        "cancel_at_period_end": wanted,
        "cancel_at": period_end(subscription) if wanted else None,
        "canceled_at": now if wanted else None,
        "cancellation_details": details,
    }


@task("cancel_subscription")
def _cancel_later(sandbox: Sandbox, arguments: Json) -> None:
    subscription = sandbox.store.need("subscription", arguments["subscription"])
    if subscription.get("cancel_at") == arguments["at"] and subscription["status"] not in ENDED:
        end(sandbox, subscription, "cancellation_requested")
