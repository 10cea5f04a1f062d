"""Renewals: announced, invoiced, collected an hour later, retried after a failure, and given up in the end."""

from infra.stripe_sandbox.objects import invoices, subscriptions
from infra.stripe_sandbox.objects.billing_periods import next_date
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.store import Json

DRAFT_SECONDS = 3600


@task("announce_renewal")
def _announce_renewal(sandbox: Sandbox, arguments: Json) -> None:
    subscription = _due(sandbox, arguments)
    if subscription is None or subscription["cancel_at_period_end"]:
        return
    coming = dict(sandbox.store.need("invoice", subscription["latest_invoice"]))
    del coming["id"]
    amount = sum(item["price"]["unit_amount"] * item["quantity"] for item in subscription["items"]["data"])
    amounts = dict.fromkeys(("amount_due", "amount_remaining", "subtotal", "total"), amount)
    coming |= {"status": "draft", "amount_paid": 0, "billing_reason": "upcoming", "created": sandbox.now(), **amounts}
    coming |= {"number": None, "status_transitions": {}, "hosted_invoice_url": None, "invoice_pdf": None}
    sandbox.emit("invoice.upcoming", coming)


def _due(sandbox: Sandbox, arguments: Json) -> Json | None:
    """Return the subscription of a renewal task, or None if it has ended or was renewed by hand."""
    subscription = sandbox.store.need("subscription", arguments["subscription"])
    is_over = subscription["status"] in ("canceled", "incomplete_expired", "paused")
    return None if is_over or subscriptions.period_end(subscription) != arguments["period_end"] else subscription


@task("renew")
def _renew(sandbox: Sandbox, arguments: Json) -> None:
    subscription = _due(sandbox, arguments)
    if subscription is None:
        return
    if subscription["cancel_at_period_end"]:
        subscriptions.end(sandbox, subscription, "cancellation_requested")
        return
    invoice = start_next_period(sandbox, subscription)
    sandbox.schedule("collect_renewal", sandbox.now() + DRAFT_SECONDS, invoice=invoice["id"])


def start_next_period(sandbox: Sandbox, subscription: Json) -> Json:
    """Move the items to their next period and make its draft invoice."""
    for item in subscription["items"]["data"]:
        start = item["current_period_end"]
        anchor = subscription["billing_cycle_anchor"]
        item |= {
            "current_period_start": start,
            "current_period_end": next_date(anchor, start, item["price"]["recurring"]),
        }
        sandbox.store.add(item)
    invoice = subscriptions.bill(sandbox, subscription, "subscription_cycle")
    if subscription.get("pause_collection"):
        sandbox.change(invoice, auto_advance=False)
    sandbox.emit("customer.subscription.updated", subscription, {"latest_invoice": None})
    subscriptions.plan_renewal(sandbox, subscription)
    return invoice


def renew_now(sandbox: Sandbox, subscription: Json) -> Json:
    """Renew before the end of the period and collect at once. Stripe has no such function."""
    invoice = start_next_period(sandbox, subscription)
    _collect(sandbox, {"invoice": invoice["id"]})
    return invoice


@task("collect_renewal")
def _collect(sandbox: Sandbox, arguments: Json) -> None:
    invoice = sandbox.store.need("invoice", arguments["invoice"])
    subscription = sandbox.store.need("subscription", str(invoices.subscription_of(invoice)))
    if subscription.get("pause_collection") or subscription["status"] == "canceled":
        return
    if invoice["status"] == "draft":
        invoices.finalize(sandbox, invoice)
    if invoice["status"] != "open":
        return
    method = invoices.default_method(sandbox, invoice)
    if invoices.pay(sandbox, invoice, method, Attempt(is_off_session=True)) == "paid":
        subscriptions.activate(sandbox, subscription)
    elif not subscriptions.is_processing(sandbox, invoice):
        _fall_behind(sandbox, subscription, invoice)


def _fall_behind(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    if next_try := invoice["next_payment_attempt"]:
        if subscription["status"] == "active":
            sandbox.emit("customer.subscription.updated", subscription, sandbox.change(subscription, status="past_due"))
        sandbox.schedule("collect_renewal", next_try, invoice=invoice["id"])
    elif sandbox.knobs.subscription_end == "cancel":
        subscriptions.end(sandbox, subscription, "payment_failed")
    else:
        previous = sandbox.change(subscription, status=sandbox.knobs.subscription_end)
        sandbox.emit("customer.subscription.updated", subscription, previous)
