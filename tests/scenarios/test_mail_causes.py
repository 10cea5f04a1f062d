"""Mail is about the change that caused it: its time, its amount, and whether the contributor is still there."""

import pytest

from tests.scenarios import contribution_events, subscription_events
from tests.scenarios.objects import DAY, event
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage


def kinds(stage: Stage) -> list[str]:
    """Return the kinds of all mail, sorted."""
    return [kind for kind, count in stage.mails for _ in range(count)]


def paid_charge(stage: Stage, amount: str = "20") -> Json:
    """Contribute once, and return the charge."""
    stage.deliver(contribution_events.one_off_paid(stage.stripe, stage.checkout(amount=amount), stage.at))
    return stage.stripe.objects["ch_1"]


def pending_refund(stage: Stage, charge: Json) -> Json:
    """Refund a charge with a method whose refunds take weeks, and return the refund."""
    events = contribution_events.refunded(stage.stripe, charge, 1000, stage.at)
    refund: Json = events[0]["data"]["object"]
    refund = stage.stripe.objects[refund["id"]]
    refund["status"] = "pending"
    stage.deliver([event("refund.created", refund, stage.at)])
    return refund


@pytest.mark.parametrize("way", ["event", "sync"])
@pytest.mark.parametrize("days", [13, 15, 40])
def test_staff_learn_of_a_refund_that_fails_weeks_later(stage: Stage, days: int, way: str) -> None:
    charge = paid_charge(stage)
    stage.deliver(contribution_events.refunded(stage.stripe, charge, 1000, stage.at))
    stage.clock.advance(days=days)

    events = contribution_events.refund_fails(stage.stripe, stage.stripe.objects["re_ch_1_1"], stage.at)
    stage.deliver(events) if way == "event" else stage.run("sync")

    assert kinds(stage) == ["refund_failed", "refunded"]


@pytest.mark.parametrize("days", [15, 20])
def test_a_contributor_learns_of_a_debit_that_fails_weeks_later(stage: Stage, days: int) -> None:
    session = stage.checkout()
    stage.deliver(contribution_events.one_off_delayed(stage.stripe, session, stage.at))
    stage.clock.advance(days=days)

    stage.deliver(contribution_events.delayed_ends(stage.stripe, session, stage.at, is_good=False))

    assert kinds(stage) == ["payment_failed", "payment_pending"]


@pytest.mark.parametrize("number", range(3))
def test_any_single_event_of_a_late_failure_is_enough(stage: Stage, number: int) -> None:
    session = stage.checkout()
    contribution_events.one_off_delayed(stage.stripe, session, stage.at)
    stage.clock.advance(days=20)

    failed = contribution_events.delayed_ends(stage.stripe, session, stage.at, is_good=False)
    stage.deliver([failed[number]])

    assert kinds(stage) == ["payment_failed"]


@pytest.mark.parametrize("days", [15, 20])
def test_a_contributor_learns_of_a_refund_that_succeeds_weeks_later(stage: Stage, days: int) -> None:
    refund = pending_refund(stage, paid_charge(stage))
    stage.clock.advance(days=days)
    assert kinds(stage) == []

    refund["status"] = "succeeded"
    stage.deliver([event("refund.updated", refund, stage.at)])

    assert kinds(stage) == ["refunded"]


def test_no_mail_tells_of_a_change_that_is_found_weeks_later(stage: Stage) -> None:
    events = contribution_events.one_off_paid(stage.stripe, stage.checkout(), stage.at)
    charge = stage.stripe.objects["ch_1"]
    events += contribution_events.refunded(stage.stripe, charge, 1000, stage.at)
    events += contribution_events.refund_fails(stage.stripe, stage.stripe.objects["re_ch_1_1"], stage.at + DAY)
    stage.clock.advance(days=30)

    stage.deliver(events)
    stage.run("sync")

    assert kinds(stage) == []


def test_the_mail_about_a_refund_names_the_amount_of_that_refund(stage: Stage) -> None:
    charge = paid_charge(stage)
    events = contribution_events.refunded(stage.stripe, charge, 500, stage.at)
    events += contribution_events.refunded(stage.stripe, charge, 300, stage.at, number=2)

    stage.deliver(events)

    assert sorted(mail.get_content().partition("refunded €")[2][:2] for mail in stage.sent_mail()) == ["3 ", "5 "]


def test_the_mail_about_a_renewal_names_the_amount_of_its_invoice(stage: Stage) -> None:
    stripe = stage.stripe
    events = subscription_events.subscribed(stripe, stage.checkout("month"), stage.at)
    stage.clock.advance(days=30)
    renewal = subscription_events.bill(stripe, "in_2", stage.at, total=1000)
    events += subscription_events.declined(stripe, renewal, stage.at, stage.at + DAY)
    stripe.objects["sub_1"]["items"]["data"][0]["price"]["unit_amount"] = 2500

    stage.deliver(events)

    (mail,) = stage.sent_mail()
    assert "€10" in mail.get_content()
    assert "€25" not in mail.get_content()


def failing_renewal(stage: Stage) -> Json:
    """Let the first renewal of a monthly contribution fail, and return its invoice."""
    stage.deliver(subscription_events.subscribed(stage.stripe, stage.checkout("month"), stage.at))
    stage.clock.advance(days=30)
    renewal = subscription_events.bill(stage.stripe, "in_2", stage.at)
    stage.deliver(subscription_events.declined(stage.stripe, renewal, stage.at, stage.at + DAY))
    return renewal


def fail_twice_more(stage: Stage, renewal: Json) -> None:
    """Let Stripe try the open invoice twice more. The subscription stays as it is."""
    subscription = stage.stripe.objects["sub_1"]
    for _ in range(2):
        status = subscription["status"]
        stage.clock.advance(days=2)
        events = subscription_events.declined(stage.stripe, renewal, stage.at, stage.at + DAY)
        subscription["status"] = status
        stage.deliver(events)


def test_a_contributor_who_left_at_once_gets_no_more_mail(stage: Stage) -> None:
    renewal = failing_renewal(stage)
    stage.deliver(subscription_events.ended(stage.stripe, stage.at, "cancellation_requested"))

    fail_twice_more(stage, renewal)

    assert kinds(stage) == ["ended", "renewal_failed"]


def test_a_contributor_who_leaves_with_the_period_gets_no_more_mail_about_failures(stage: Stage) -> None:
    renewal = failing_renewal(stage)
    subscription = stage.stripe.objects["sub_1"]
    subscription |= {"cancel_at_period_end": True, "canceled_at": stage.at}
    stage.deliver([event("customer.subscription.updated", subscription, stage.at)])

    fail_twice_more(stage, renewal)

    assert kinds(stage) == ["cancel_confirmed", "renewal_failed"]


def test_a_contributor_who_stays_gets_mail_about_each_failure(stage: Stage) -> None:
    renewal = failing_renewal(stage)
    stage.stripe.objects["sub_1"]["cancel_at"] = stage.at + 300 * DAY  # agreed from the start, cancelled by nobody

    fail_twice_more(stage, renewal)

    assert kinds(stage) == ["renewal_failed"] * 3
