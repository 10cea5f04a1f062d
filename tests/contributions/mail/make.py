"""Situations at Stripe that call for mail."""

from typing import Any

import requests

from tests.contributions.world import Newsroom

MUST_CONFIRM = "4000 0027 6000 3184"  # a card whose bank asks the cardholder to confirm every payment


def give_with_confirmation(newsroom: Newsroom) -> None:
    """Contribute monthly with a card whose bank asks for confirmation each time, so that renewals wait for it."""
    url = newsroom.checkout(amount="5", interval="month").json["checkout_url"]
    newsroom.stripe.pay(url, card=MUST_CONFIRM)
    requests.post(f"{url}/authenticate", data={"answer": "complete"}, timeout=20, allow_redirects=False)
    newsroom.settle_after(minutes=1)
    assert newsroom.rows("SELECT state FROM contributions") == [("active",)]


def end_with_period(newsroom: Newsroom) -> None:
    """Cancel the only subscription at the end of its paid period."""
    subscription_id = newsroom.rows("SELECT id FROM subscriptions")[0][0]
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")


def control(newsroom: Newsroom, path: str) -> Any:
    """Do in the sandbox what Stripe's dashboard or a bank would do."""
    return requests.post(f"{newsroom.stripe.url}/_sandbox/{path}", timeout=20).json()


def fail_to_finalise_an_invoice(newsroom: Newsroom) -> None:
    """Let Stripe fail to finalise the invoice of a renewal because a tax address is missing."""
    sandbox = newsroom.stripe.app.sandbox
    with sandbox.lock:
        invoice = dict(sandbox.store.all("invoice")[0])
        error = {"type": "invalid_request_error", "code": "customer_tax_location_invalid", "message": "No location."}
        stuck = {"status": "draft", "billing_reason": "subscription_cycle", "last_finalization_error": error}
        invoice |= {"id": "in_stuck", "created": sandbox.now(), "payments": None, "status_transitions": {}, **stuck}
        sandbox.store.add(invoice)
        sandbox.emit("invoice.finalization_failed", invoice)
