"""Renewals: on time, failing, retried, given up."""

from tests.stripe_sandbox.make import DAY, START, Subscriber
from tests.stripe_sandbox.world import World


def test_a_month_that_is_too_short_is_clamped_and_the_anchor_comes_back(world: World) -> None:
    subscriber = Subscriber(world)

    ends = [subscriber.subscription["items"].data[0].current_period_end]
    for days in (31, 65):
        ends.append(subscriber.advance(days * DAY)["items"].data[0].current_period_end)

    assert [end - START for end in ends] == [30 * DAY, 61 * DAY, 92 * DAY]


def test_a_renewal_is_announced_drafted_and_collected_an_hour_later(world: World) -> None:
    subscriber = Subscriber(world)
    world.deliver()

    drafted = subscriber.advance(30 * DAY + 60)
    assert (drafted.latest_invoice.status, drafted.latest_invoice.billing_reason) == ("draft", "subscription_cycle")
    collected = subscriber.advance(30 * DAY + 3700)

    assert collected.latest_invoice.status == "paid"
    sent = world.deliver()
    assert sent.index("invoice.upcoming") < sent.index("invoice.created") < sent.index("invoice.paid")


def test_a_failing_renewal_is_retried_and_given_up(world: World) -> None:
    subscriber = Subscriber(world)
    subscriber.use("pm_card_chargeCustomerFail")

    failed = subscriber.advance(31 * DAY)
    assert (failed.status, failed.latest_invoice.attempt_count) == ("past_due", 1)
    assert failed.latest_invoice.next_payment_attempt == failed.latest_invoice.status_transitions.finalized_at + 3 * DAY
    ended = subscriber.advance(50 * DAY)

    assert (ended.status, ended.latest_invoice.attempt_count) == ("canceled", 4)
    assert ended.latest_invoice.next_payment_attempt is None
    assert ended.cancellation_details.reason == "payment_failed"
    assert world.deliver().count("invoice.payment_failed") == 4


def test_a_new_card_makes_a_past_due_subscription_active(world: World) -> None:
    subscriber = Subscriber(world)
    subscriber.use("pm_card_chargeCustomerFail")
    assert subscriber.advance(31 * DAY).status == "past_due"

    subscriber.use("pm_card_visa")

    assert subscriber.advance(35 * DAY).status == "active"


def test_a_card_that_wants_authentication_asks_for_it_off_session(world: World) -> None:
    subscriber = Subscriber(world)
    subscriber.use("pm_card_authenticationRequired")

    assert subscriber.advance(31 * DAY).status == "past_due"

    assert "invoice.payment_action_required" in world.deliver()


def test_a_subscription_canceled_at_the_period_end_ends_then(world: World) -> None:
    subscriber = Subscriber(world)

    canceling = world.v1.subscriptions.update(subscriber.subscription.id, {"cancel_at_period_end": True})
    assert (canceling.status, canceling.cancel_at) == ("active", START + 30 * DAY)
    ended = subscriber.advance(31 * DAY)

    assert (ended.status, ended.ended_at) == ("canceled", START + 30 * DAY)
    assert len(world.v1.invoices.list({"subscription": ended.id}).data) == 1
    assert "customer.subscription.deleted" in world.deliver()
