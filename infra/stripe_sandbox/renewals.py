"""Renewals: announced, rolled into the next period, collected, retried, given up."""

from infra.stripe_sandbox import invoices
from infra.stripe_sandbox.calendar_months import next_date
from infra.stripe_sandbox.payments import Attempt
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.shapes import Json
from infra.stripe_sandbox.subscriptions import activate, bill, end, is_processing, period_end, plan_renewal

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
    """The subscription of a renewal task, unless it ended or was renewed by hand meanwhile."""
    subscription = sandbox.store.need("subscription", arguments["subscription"])
    is_over = subscription["status"] in ("canceled", "incomplete_expired", "paused")
    return None if is_over or period_end(subscription) != arguments["period_end"] else subscription


@task("renew")
def _renew(sandbox: Sandbox, arguments: Json) -> None:
    subscription = _due(sandbox, arguments)
    if subscription is None:
        return
    if subscription["cancel_at_period_end"]:
        end(sandbox, subscription, "cancellation_requested")
        return
    invoice = roll(sandbox, subscription)
    sandbox.schedule("collect_renewal", sandbox.now() + DRAFT_SECONDS, invoice=invoice["id"])


def roll(sandbox: Sandbox, subscription: Json) -> Json:
    """Move the items to their next period and draft its invoice."""
    for item in subscription["items"]["data"]:
        begins = item["current_period_end"]
        anchor = subscription["billing_cycle_anchor"]
        item |= {
            "current_period_start": begins,
            "current_period_end": next_date(anchor, begins, item["price"]["recurring"]),
        }
        sandbox.store.add(item)
    invoice = bill(sandbox, subscription, "subscription_cycle")
    if subscription.get("pause_collection"):
        sandbox.change(invoice, auto_advance=False)
    sandbox.emit("customer.subscription.updated", subscription, {"latest_invoice": None})
    plan_renewal(sandbox, subscription)
    return invoice


def renew_now(sandbox: Sandbox, subscription: Json) -> Json:
    """Renew ahead of time, without the hour in draft; a tool of the sandbox, not of Stripe."""
    invoice = roll(sandbox, subscription)
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
        activate(sandbox, subscription)
    elif not is_processing(sandbox, invoice):
        _fall_behind(sandbox, subscription, invoice)


def _fall_behind(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    if next_try := invoice["next_payment_attempt"]:
        if subscription["status"] == "active":
            sandbox.emit("customer.subscription.updated", subscription, sandbox.change(subscription, status="past_due"))
        sandbox.schedule("collect_renewal", next_try, invoice=invoice["id"])
    elif sandbox.knobs.subscription_end == "cancel":
        end(sandbox, subscription, "payment_failed")
    else:
        previous = sandbox.change(subscription, status=sandbox.knobs.subscription_end)
        sandbox.emit("customer.subscription.updated", subscription, previous)
