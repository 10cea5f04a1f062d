"""Trials: nothing is charged until the end. Then a subscription without a payment method may pause or end."""

from infra.stripe_sandbox.objects import renewals, subscriptions
from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json


def start(sandbox: Sandbox, subscription: Json, days: int, missing_method: str) -> None:
    """Start a trial. `missing_method` (pause, cancel, create_invoice) says how it ends without a payment method."""
    ends = sandbox.now() + days * DAY
    for item in subscription["items"]["data"]:
        item["current_period_end"] = ends
        sandbox.store.add(item)
    sandbox.change(
        subscription,
        status="trialing",
        trial_start=sandbox.now(),
        trial_end=ends,
        billing_cycle_anchor=ends,
        trial_settings={"end_behavior": {"missing_payment_method": missing_method}},
    )
    sandbox.emit("customer.subscription.created", subscription)
    sandbox.schedule("end_trial", ends, subscription=subscription["id"])


@task("end_trial")
def _end_later(sandbox: Sandbox, arguments: Json) -> None:
    subscription = sandbox.store.need("subscription", arguments["subscription"])
    if subscription["status"] == "trialing" and subscription["trial_end"] <= sandbox.now():
        finish(sandbox, subscription)


def finish(sandbox: Sandbox, subscription: Json) -> None:
    """End the trial: bill the first period, or pause or cancel if there is no payment method."""
    customer = sandbox.store.need("customer", subscription["customer"])
    method = subscription.get("default_payment_method") or customer["invoice_settings"].get("default_payment_method")
    wanted = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    now = sandbox.now()
    if method is None and wanted == "cancel":
        subscriptions.end(sandbox, subscription, "payment_failed")
        return
    if method is None and wanted == "pause":
        kind = {
            "type": "subscription",
            "transitioned_at": now,
            "subscription": {"type": "trial_end_without_payment_method"},
        }
        sandbox.change(subscription, status="paused", trial_end=now, status_details={"paused": kind})
        sandbox.emit("customer.subscription.paused", subscription)
        return
    for item in subscription["items"]["data"]:
        item["current_period_end"] = now
    before = sandbox.change(subscription, status="active", trial_end=now, billing_cycle_anchor=now)
    sandbox.emit("customer.subscription.updated", subscription, before)
    invoice = renewals.start_next_period(sandbox, subscription)
    sandbox.schedule("collect_renewal", now + renewals.DRAFT_SECONDS, invoice=invoice["id"])
