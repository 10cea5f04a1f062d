"""Subscriptions: started, incomplete, declined, canceled."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.make import monthly_price, subscribe
from tests.stripe_sandbox.world import World


def test_an_incomplete_subscription_expires_with_its_invoice(world: World) -> None:
    customer = world.v1.customers.create({"email": "a@example.org"})
    wanted: Any = {"customer": customer.id, "items": [{"price_data": monthly_price(world)}]}
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.subscriptions.create(wanted)

    made = world.v1.subscriptions.create({**wanted, "payment_behavior": "default_incomplete"})
    world.advance(hours=24)

    assert made.status == "incomplete"
    expired = world.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (expired.status, expired.latest_invoice.status) == ("incomplete_expired", "void")


def test_a_declined_start_is_an_error_if_the_request_says_so(world: World) -> None:
    customer = world.v1.customers.create({"payment_method": "pm_card_chargeCustomerFail"})
    method = world.v1.payment_methods.list({"customer": customer.id}).data[0].id
    items: Any = [{"price_data": monthly_price(world)}]
    wanted: Any = {"customer": customer.id, "items": items, "default_payment_method": method}

    assert world.v1.subscriptions.create(wanted).status == "incomplete"
    with pytest.raises(stripe.CardError):
        world.v1.subscriptions.create({**wanted, "payment_behavior": "error_if_incomplete"})


def test_a_subscription_starts_active_with_a_paid_invoice(world: World) -> None:
    subscription = subscribe(world, subscription_data={"metadata": {"contribution": "ctb_1"}})

    assert subscription.status == "active"
    assert subscription.metadata.to_dict() == {"contribution": "ctb_1"}
    assert "current_period_end" not in subscription
    assert subscription["items"].data[0].current_period_end > subscription.created
    invoice = subscription.latest_invoice
    assert (invoice.status, invoice.billing_reason, invoice.amount_paid) == ("paid", "subscription_create", 500)
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.parent.subscription_details.metadata.to_dict() == {"contribution": "ctb_1"}


def test_a_subscription_start_sends_its_events(world: World) -> None:
    subscribe(world)

    sent = world.deliver()

    assert sent[:2] == ["customer.created", "payment_method.attached"]
    assert sent[-1] == "checkout.session.completed"
    assert {
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "charge.succeeded",
        "payment_intent.succeeded",
    } <= set(sent)


def test_a_declined_session_makes_no_subscription(world: World) -> None:
    session = world.session(interval="month")

    assert world.pay(session, "4000000000000341").status_code == 402
    assert world.v1.subscriptions.list({"status": "all"}).data == []


def test_a_subscription_canceled_now_cannot_be_canceled_again(world: World) -> None:
    subscription = subscribe(world)

    details: Any = {"feedback": "too_expensive"}
    ended = world.v1.subscriptions.cancel(subscription.id, {"cancellation_details": details})

    assert (ended.status, ended.cancellation_details.feedback) == ("canceled", "too_expensive")
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.subscriptions.cancel(subscription.id)


def test_a_failed_bank_debit_makes_the_subscription_past_due(world: World) -> None:
    session = world.session(interval="month")
    world.pay(session, method="sepa_debit", account_number="DE62370400440532013001")

    started = world.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (started.payment_status, started.subscription.status) == ("unpaid", "active")
    world.advance(minutes=1)

    assert world.v1.subscriptions.retrieve(started.subscription.id).status == "past_due"
    assert world.deliver()[-1] == "checkout.session.async_payment_failed"
