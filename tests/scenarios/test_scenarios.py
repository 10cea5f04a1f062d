"""Contributions whose events arrive in any order, twice, with objects expanded or not, together or one by one."""

import random

import pytest

from tests.scenarios import contribution_events, objects, subscription_events
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

# In even orders the worker runs after all events, in odd orders after each event.
ORDERS = range(4)


def deliver(stage: Stage, events: list[Json], order: int) -> None:
    """Deliver events as sent, reversed, or in random order with some twice, by a Stripe that expands objects or not."""
    stage.stripe.does_expand = order in {0, 3}
    delivered = events if order == 0 else events[::-1]
    if order > 1:
        chance = random.Random(order)
        delivered = [*events, *chance.sample(events, len(events) // 2)]
        chance.shuffle(delivered)
    stage.deliver(delivered, drain_each=order % 2 == 1)


@pytest.mark.parametrize("order", ORDERS)
def test_a_one_off_contribution(stage: Stage, order: int) -> None:
    events = contribution_events.one_off_paid(stage.stripe, stage.checkout(), stage.at)

    deliver(stage, events, order)

    assert stage.contributions == [("complete", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4100": -1000, "5100": 35}
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_a_subscription_with_a_decline_and_a_recovery_and_an_end(stage: Stage, order: int) -> None:
    stripe, at = stage.stripe, stage.at
    events = subscription_events.subscribed(stripe, stage.checkout("month"), at)
    month = at + 30 * objects.DAY
    renewal = subscription_events.bill(stripe, "in_2", month)
    events += subscription_events.declined(stripe, renewal, month, month + 3 * objects.DAY)
    events += subscription_events.recovered(stripe, renewal, month + 3 * objects.DAY)
    events += subscription_events.ended(stripe, month + 9 * objects.DAY)
    stage.clock.advance(days=40)

    deliver(stage, events, order)

    assert stage.contributions == [("canceled", 2000, 0, 2, None)]
    assert stage.balances == {"1100": 1930, "4110": -2000, "5100": 70}
    assert stage.mails == [("ended", 1)]
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_two_payments_for_one_invoice(stage: Stage, order: int) -> None:
    stripe, at = stage.stripe, stage.at
    events = subscription_events.subscribed(stripe, stage.checkout("month"), at)
    renewal = subscription_events.bill(stripe, "in_2", at + objects.DAY)
    events += subscription_events.paid_by_card(stripe, renewal, at + objects.DAY, 400, 600)
    stage.clock.advance(days=2)

    deliver(stage, events, order)

    assert stage.contributions == [("active", 2000, 0, 3, None)]
    assert stage.balances == {"1100": 1895, "4110": -2000, "5100": 105}
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_a_delayed_method_that_fails(stage: Stage, order: int) -> None:
    session = stage.checkout()
    events = contribution_events.one_off_delayed(stage.stripe, session, stage.at)
    deliver(stage, events, order)
    assert stage.contributions == [("pending", 0, 0, 0, None)]

    stage.clock.advance(days=5)
    later = contribution_events.delayed_ends(stage.stripe, session, stage.at, is_good=False)
    deliver(stage, [*events, *later], order)

    assert stage.contributions == [("failed", 0, 0, 0, None)]
    assert stage.balances == {}
    assert stage.mails == [("payment_failed", 1), ("payment_pending", 1)]
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_a_delayed_method_that_succeeds(stage: Stage, order: int) -> None:
    session = stage.checkout()
    events = contribution_events.one_off_delayed(stage.stripe, session, stage.at)
    stage.clock.advance(days=5)
    events += contribution_events.delayed_ends(stage.stripe, session, stage.at, is_good=True)

    deliver(stage, events, order)

    assert stage.contributions == [("complete", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4100": -1000, "5100": 35}
    stage.check()


def refunded_disputed_and_paid_out(stage: Stage) -> list[Json]:
    """Return the events of partial refunds, one of which fails, a dispute that is won, and a payout of everything."""
    stripe, at = stage.stripe, stage.at
    events = contribution_events.one_off_paid(stripe, stage.checkout(), at)
    taken = stripe.objects[events[0]["data"]["object"]["id"]]
    events += contribution_events.refunded(stripe, taken, 400, at + 60)
    events += contribution_events.refunded(stripe, taken, 600, at + 120, number=2)
    events += contribution_events.refund_fails(stripe, stripe.objects[f"re_{taken['id']}_2"], at + 180)
    second = contribution_events.one_off_paid(stripe, stage.checkout(amount="20"), at)
    events += second
    events += contribution_events.disputed(stripe, stripe.objects[second[0]["data"]["object"]["id"]], at + 240)
    events += contribution_events.dispute_ends(stripe, at + 300, is_won=True)
    return events + contribution_events.paid_out(stripe, at + 400)


@pytest.mark.parametrize("order", ORDERS)
def test_refunds_a_failed_refund_a_won_dispute_and_a_payout(stage: Stage, order: int) -> None:
    events = refunded_disputed_and_paid_out(stage)
    stage.clock.advance(days=3)

    deliver(stage, events, order)

    assert sorted(stage.contributions) == [("complete", 1000, 400, 1, None), ("complete", 2000, 0, 1, "won")]
    assert "1100" not in stage.balances
    assert stage.balances["1210"] == 1000 - 35 + 2000 - 35 - 400
    stage.check()


def test_a_lost_dispute_is_dated_when_it_was_lost_even_if_a_pull_finds_it_first(stage: Stage) -> None:
    stripe, at = stage.stripe, stage.at
    events = contribution_events.one_off_paid(stripe, stage.checkout(), at)
    events += contribution_events.disputed(stripe, stripe.objects["ch_1"], at + 60)
    events += contribution_events.dispute_ends(stripe, at + 8 * objects.DAY, is_won=False)
    stage.clock.advance(days=20)

    stage.send(*events)
    stage.run("sync")

    closing = stage.rows("SELECT accounting_date::text FROM ledger_entries WHERE reason = 'dispute_closed'")
    assert closing == [("2026-11-26",)]
    assert stage.balances == {"1100": -1035 - 1000, "4100": -1000, "4300": 1000, "5100": 35, "5200": 2000}
    stage.check()


def test_a_zero_invoice_and_an_invoice_paid_outside_stripe(stage: Stage) -> None:
    stripe, at = stage.stripe, stage.at
    events = subscription_events.subscribed(stripe, stage.checkout("month"), at)
    for id_, total, off_stripe in (("in_2", 0, 0), ("in_3", 1000, 1000)):
        billed = subscription_events.bill(stripe, id_, at + objects.DAY, total=total)
        subscription_events.mark_paid(billed, at + objects.DAY)
        billed |= {"amount_paid": total - off_stripe, "amount_paid_off_stripe": off_stripe}
        events += [objects.event("invoice.paid", billed, at + objects.DAY)]
    stage.clock.advance(days=2)

    stage.deliver(events)

    assert stage.contributions == [("active", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4110": -1000, "5100": 35}
    listed = stage.run("export", "exceptions")
    assert "in_2" in listed
    assert "in_3" in listed
    stage.check()


def test_a_subscription_with_a_free_first_month_is_active(stage: Stage) -> None:
    stripe, session = stage.stripe, stage.checkout("month")
    subscription_events.subscribed(stripe, session, stage.at)
    billed = stripe.objects["in_1"]
    billed |= {"total": 0, "amount_due": 0, "amount_paid": 0, "payments": {"object": "list", "data": []}}
    session["payment_status"] = "no_payment_required"
    for id_ in [id_ for id_ in stripe.objects if id_.startswith(("pi_", "ch_", "txn_", "inpay_"))]:
        del stripe.objects[id_]

    stage.deliver([objects.event("checkout.session.completed", session, stage.at)])

    assert stage.contributions == [("active", 0, 0, 0, None)]
    stage.check()


@pytest.mark.parametrize("way", ["sync", "backfill"])
def test_money_that_no_webhook_reported_is_found(stage: Stage, way: str) -> None:
    events = subscription_events.subscribed(stage.stripe, stage.checkout("month"), stage.at)
    stage.stripe.put(*events, *refunded_disputed_and_paid_out(stage))
    stage.stripe.page_size = 3
    stage.clock.advance(days=1)

    stage.run(*({"sync": ("sync", "--from", "2026-11-01"), "backfill": ("backfill",)}[way]))
    stage.run("worker", "--drain")
    stage.run("sync")

    assert sorted(stage.contributions) == [
        ("active", 1000, 0, 1, None),
        ("complete", 1000, 400, 1, None),
        ("complete", 2000, 0, 1, "won"),
    ]
    stage.check()
