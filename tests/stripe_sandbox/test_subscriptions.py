"""Subscriptions: started in Checkout, renewed by a test clock, failing, canceled; and the portal's pages."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.harness import Bench

DAY = 86_400


def subscribe(bench: Bench, amount: int = 500, interval: str = "month", **given: Any) -> Any:
    """A subscription paid in Checkout, read back with its latest invoice."""
    session = bench.session(amount, interval=interval, **given)
    assert bench.pay(session).status_code == 303
    session = bench.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice"]})
    return session.subscription


class OnClock:
    """A customer on a test clock with a monthly subscription of 5 euros."""

    def __init__(self, bench: Bench, start: int, method: str = "pm_card_visa") -> None:
        self.v1 = bench.v1
        self.clock = bench.v1.test_helpers.test_clocks.create({"frozen_time": start})
        customer = bench.v1.customers.create({"test_clock": self.clock.id, "email": "reader@example.org"})
        self.customer = customer.id
        self.use(method)
        product = bench.v1.products.create({"name": "Contribution"})
        price: Any = {"currency": "eur", "unit_amount": 500, "recurring": {"interval": "month"}, "product": product.id}
        self.subscription = bench.v1.subscriptions.create({"customer": customer.id, "items": [{"price_data": price}]})

    def use(self, method: str) -> None:
        attached = self.v1.payment_methods.attach(method, {"customer": self.customer})
        settings: Any = {"default_payment_method": attached.id}
        self.v1.customers.update(self.customer, {"invoice_settings": settings})

    def advance(self, to: int) -> Any:
        self.v1.test_helpers.test_clocks.advance(self.clock.id, {"frozen_time": to})
        self.subscription = self.v1.subscriptions.retrieve(self.subscription.id, {"expand": ["latest_invoice"]})
        return self.subscription


START = 1_793_437_200  # 31 October 2026, 09:00 UTC


def test_a_subscription_starts_active_with_a_paid_invoice(bench: Bench) -> None:
    subscription = subscribe(bench, subscription_data={"metadata": {"contribution": "ctb_1"}})

    assert subscription.status == "active"
    assert subscription.metadata.to_dict() == {"contribution": "ctb_1"}
    assert "current_period_end" not in subscription
    assert subscription["items"].data[0].current_period_end > subscription.created
    invoice = subscription.latest_invoice
    assert (invoice.status, invoice.billing_reason, invoice.amount_paid) == ("paid", "subscription_create", 500)
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.parent.subscription_details.metadata.to_dict() == {"contribution": "ctb_1"}


def test_an_invoices_payment_is_reached_through_invoice_payments(bench: Bench) -> None:
    invoice = subscribe(bench).latest_invoice

    paid = bench.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    intent = str(paid.payment.payment_intent)
    found = bench.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent}})
    expanded = bench.v1.invoices.retrieve(invoice.id, {"expand": ["payments.data.payment.payment_intent"]})

    assert [each.invoice for each in found.data] == [invoice.id]
    assert expanded.payments.data[0].payment.payment_intent.status == "succeeded"


def test_a_start_sends_its_events(bench: Bench) -> None:
    subscribe(bench)

    sent = bench.deliver()

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


def test_a_declined_start_makes_no_subscription(bench: Bench) -> None:
    session = bench.session(interval="month")

    assert bench.pay(session, "4000000000000341").status_code == 402
    assert bench.v1.subscriptions.list({"status": "all"}).data == []


def test_a_month_that_is_too_short_is_clamped_and_the_anchor_comes_back(bench: Bench) -> None:
    reader = OnClock(bench, START)

    ends = [reader.subscription["items"].data[0].current_period_end]
    for days in (31, 65):
        ends.append(reader.advance(START + days * DAY)["items"].data[0].current_period_end)

    assert [end - START for end in ends] == [30 * DAY, 61 * DAY, 92 * DAY]


def test_a_renewal_is_announced_drafted_and_collected_an_hour_later(bench: Bench) -> None:
    reader = OnClock(bench, START)
    bench.deliver()

    drafted = reader.advance(START + 30 * DAY + 60)
    assert (drafted.latest_invoice.status, drafted.latest_invoice.billing_reason) == ("draft", "subscription_cycle")
    collected = reader.advance(START + 30 * DAY + 3700)

    assert collected.latest_invoice.status == "paid"
    sent = bench.deliver()
    assert sent.index("invoice.upcoming") < sent.index("invoice.created") < sent.index("invoice.paid")


def test_a_failing_renewal_is_retried_and_given_up(bench: Bench) -> None:
    reader = OnClock(bench, START)
    reader.use("pm_card_chargeCustomerFail")

    behind = reader.advance(START + 31 * DAY)
    assert (behind.status, behind.latest_invoice.attempt_count) == ("past_due", 1)
    assert behind.latest_invoice.next_payment_attempt == behind.latest_invoice.status_transitions.finalized_at + 3 * DAY
    ended = reader.advance(START + 50 * DAY)

    assert (ended.status, ended.latest_invoice.attempt_count) == ("canceled", 4)
    assert ended.latest_invoice.next_payment_attempt is None
    assert ended.cancellation_details.reason == "payment_failed"
    assert bench.deliver().count("invoice.payment_failed") == 4


def test_a_new_card_heals_a_subscription_that_is_behind(bench: Bench) -> None:
    reader = OnClock(bench, START)
    reader.use("pm_card_chargeCustomerFail")
    assert reader.advance(START + 31 * DAY).status == "past_due"

    reader.use("pm_card_visa")

    assert reader.advance(START + 35 * DAY).status == "active"


def test_a_card_that_wants_authentication_asks_for_it_off_session(bench: Bench) -> None:
    reader = OnClock(bench, START)
    reader.use("pm_card_authenticationRequired")

    assert reader.advance(START + 31 * DAY).status == "past_due"

    assert "invoice.payment_action_required" in bench.deliver()


def test_canceling_at_the_periods_end_lets_it_run_out(bench: Bench) -> None:
    reader = OnClock(bench, START)

    told = bench.v1.subscriptions.update(reader.subscription.id, {"cancel_at_period_end": True})
    assert (told.status, told.cancel_at) == ("active", START + 30 * DAY)
    ended = reader.advance(START + 31 * DAY)

    assert (ended.status, ended.ended_at) == ("canceled", START + 30 * DAY)
    assert len(bench.v1.invoices.list({"subscription": ended.id}).data) == 1
    assert "customer.subscription.deleted" in bench.deliver()


def test_canceling_now_ends_it_and_cannot_be_repeated(bench: Bench) -> None:
    subscription = subscribe(bench)

    details: Any = {"feedback": "too_expensive"}
    ended = bench.v1.subscriptions.cancel(subscription.id, {"cancellation_details": details})

    assert (ended.status, ended.cancellation_details.feedback) == ("canceled", "too_expensive")
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.subscriptions.cancel(subscription.id)


def test_pausing_and_resuming_keeps_the_rhythm(bench: Bench) -> None:
    subscription = subscribe(bench)

    paused = bench.v1.subscriptions.pause(subscription.id, {"type": "subscription"})
    resumed = bench.v1.subscriptions.resume(subscription.id)

    assert (paused.status, resumed.status) == ("paused", "active")
    assert {"customer.subscription.paused", "customer.subscription.resumed"} <= set(bench.deliver())


def test_a_bank_debit_that_fails_leaves_the_subscription_behind(bench: Bench) -> None:
    session = bench.session(interval="month")
    bench.pay(session, method="sepa_debit", account_number="DE62370400440532013001")

    started = bench.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (started.payment_status, started.subscription.status) == ("unpaid", "active")
    bench.advance(minutes=1)

    assert bench.v1.subscriptions.retrieve(started.subscription.id).status == "past_due"
    assert bench.deliver()[-1] == "checkout.session.async_payment_failed"


def test_an_invoice_can_be_paid_elsewhere(bench: Bench) -> None:
    customer = bench.v1.customers.create({"email": "reader@example.org"})
    bench.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    invoice = bench.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    paid = bench.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})

    assert (paid.status, paid.amount_paid_off_stripe) == ("paid", 700)
    assert bench.v1.invoice_payments.list({"invoice": invoice.id}).data == []


def test_renewing_by_hand_needs_no_clock(bench: Bench) -> None:
    subscription = subscribe(bench)

    bench.browser.post(f"/_sandbox/subscriptions/{subscription.id}/renew", json={})

    assert [each.status for each in bench.v1.invoices.list({"subscription": subscription.id}).data] == ["paid", "paid"]


def portal_of(bench: Bench, customer: str, **given: Any) -> str:
    wanted: Any = {"customer": customer, "return_url": "http://newsroom.test/support", **given}
    return str(bench.v1.billing_portal.sessions.create(wanted).url).removeprefix("http://stripe.test")


def test_the_portal_cancels_at_the_periods_end_and_takes_it_back(bench: Bench) -> None:
    subscription = subscribe(bench)
    page = portal_of(bench, str(subscription.customer))

    bench.browser.post(f"{page}/cancel", data={"subscription": subscription.id})
    assert bench.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end is True
    assert "Ends on" in bench.browser.get(page).text
    bench.browser.post(f"{page}/keep", data={"subscription": subscription.id})

    assert bench.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end is False
    assert "billing_portal.session.created" in bench.deliver()


def test_the_portal_cancels_at_once_where_it_is_configured_so(bench: Bench) -> None:
    subscription = subscribe(bench)
    features: Any = {"subscription_cancel": {"enabled": True, "mode": "immediately"}}
    configuration = bench.v1.billing_portal.configurations.create({"features": features})
    page = portal_of(bench, str(subscription.customer), configuration=configuration.id)

    bench.browser.post(f"{page}/cancel", data={"subscription": subscription.id})

    assert bench.v1.subscriptions.retrieve(subscription.id).status == "canceled"


def test_the_portal_replaces_the_card(bench: Bench) -> None:
    subscription = subscribe(bench)
    page = portal_of(bench, str(subscription.customer))

    bench.browser.post(f"{page}/card", data={"card_number": "5555 5555 5555 4444"})

    fresh = bench.v1.subscriptions.retrieve(subscription.id, {"expand": ["default_payment_method"]})
    assert fresh.default_payment_method.card.last4 == "4444"
    assert "customer.updated" in bench.deliver()


def test_the_portal_refuses_other_peoples_subscriptions(bench: Bench) -> None:
    mine, theirs = subscribe(bench), subscribe(bench)
    page = portal_of(bench, str(mine.customer))

    answer = bench.browser.post(f"{page}/cancel", data={"subscription": theirs.id})

    assert answer.status_code == 402
    assert bench.v1.subscriptions.retrieve(theirs.id).cancel_at_period_end is False


def test_a_portal_link_goes_stale(bench: Bench) -> None:
    page = portal_of(bench, bench.v1.customers.create({"email": "reader@example.org"}).id)

    bench.advance(hours=2)

    assert bench.browser.get(page).status_code == 404
