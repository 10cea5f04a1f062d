"""Lives of contributions as Stripe tells them: in any order, twice, expanded or not, all at once or one by one."""

import random

import pytest

from tests.scenarios import lives, objects, stories
from tests.scenarios.conftest import Stage
from tests.scenarios.scripted import Json

# The even ones hear of everything before they look, and the odd ones look after each event.
ORDERS = range(4)


def tell(stage: Stage, events: list[Json], order: int) -> None:
    """As sent, reversed, or at random and some twice; by a Stripe that expands what it is asked to, or does not."""
    stage.stripe.does_expand = order in {0, 3}
    told = events if order == 0 else events[::-1]
    if order > 1:
        chance = random.Random(order)
        told = [*events, *chance.sample(events, len(events) // 2)]
        chance.shuffle(told)
    stage.tell(told, drained_each=order % 2 == 1)


@pytest.mark.parametrize("order", ORDERS)
def test_a_one_off_gift(stage: Stage, order: int) -> None:
    events = stories.one_off_paid(stage.stripe, stage.checkout(), stage.at)

    tell(stage, events, order)

    assert stage.given == [("complete", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4100": -1000, "5100": 35}
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_a_subscription_with_a_decline_and_a_recovery_and_an_end(stage: Stage, order: int) -> None:
    stripe, at = stage.stripe, stage.at
    events = lives.subscribed(stripe, stage.checkout("month"), at)
    month = at + 30 * objects.DAY
    renewal = lives.bill(stripe, "in_2", month)
    events += lives.declined(stripe, renewal, month, month + 3 * objects.DAY)
    events += lives.recovered(stripe, renewal, month + 3 * objects.DAY)
    events += lives.ended(stripe, month + 9 * objects.DAY)
    stage.clock.advance(days=40)

    tell(stage, events, order)

    assert stage.given == [("canceled", 2000, 0, 2, None)]
    assert stage.balances == {"1100": 1930, "4110": -2000, "5100": 70}
    assert stage.mails == [("ended", 1)]
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_two_payments_for_one_invoice(stage: Stage, order: int) -> None:
    stripe, at = stage.stripe, stage.at
    events = lives.subscribed(stripe, stage.checkout("month"), at)
    renewal = lives.bill(stripe, "in_2", at + objects.DAY)
    events += lives.paid_by_card(stripe, renewal, at + objects.DAY, 400, 600)
    stage.clock.advance(days=2)

    tell(stage, events, order)

    assert stage.given == [("active", 2000, 0, 3, None)]
    assert stage.balances == {"1100": 1895, "4110": -2000, "5100": 105}
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_a_delayed_method_that_fails(stage: Stage, order: int) -> None:
    session = stage.checkout()
    events = stories.one_off_delayed(stage.stripe, session, stage.at)
    tell(stage, events, order)
    assert stage.given == [("pending", 0, 0, 0, None)]

    stage.clock.advance(days=5)
    later = stories.delayed_ends(stage.stripe, session, stage.at, is_good=False)
    tell(stage, [*events, *later], order)

    assert stage.given == [("failed", 0, 0, 0, None)]
    assert stage.balances == {}
    assert stage.mails == [("payment_failed", 1), ("payment_pending", 1)]
    stage.check()


@pytest.mark.parametrize("order", ORDERS)
def test_a_delayed_method_that_succeeds(stage: Stage, order: int) -> None:
    session = stage.checkout()
    events = stories.one_off_delayed(stage.stripe, session, stage.at)
    stage.clock.advance(days=5)
    events += stories.delayed_ends(stage.stripe, session, stage.at, is_good=True)

    tell(stage, events, order)

    assert stage.given == [("complete", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4100": -1000, "5100": 35}
    stage.check()


def returning(stage: Stage) -> list[Json]:
    """Refunds in part, one of which fails; a dispute that is won; a payout of it all."""
    stripe, at = stage.stripe, stage.at
    events = stories.one_off_paid(stripe, stage.checkout(), at)
    taken = stripe.objects[events[0]["data"]["object"]["id"]]
    events += stories.refunded(stripe, taken, 400, at + 60)
    events += stories.refunded(stripe, taken, 600, at + 120, number=2)
    events += stories.refund_fails(stripe, stripe.objects[f"re_{taken['id']}_2"], at + 180)
    contested = stories.one_off_paid(stripe, stage.checkout(amount="20"), at)
    events += contested
    events += stories.disputed(stripe, stripe.objects[contested[0]["data"]["object"]["id"]], at + 240)
    events += stories.dispute_ends(stripe, at + 300, is_won=True)
    return events + stories.paid_out(stripe, at + 400)


@pytest.mark.parametrize("order", ORDERS)
def test_money_that_goes_back_in_every_way(stage: Stage, order: int) -> None:
    events = returning(stage)
    stage.clock.advance(days=3)

    tell(stage, events, order)

    assert sorted(stage.given) == [("complete", 1000, 400, 1, None), ("complete", 2000, 0, 1, "won")]
    assert "1100" not in stage.balances
    assert stage.balances["1210"] == 1000 - 35 + 2000 - 35 - 400
    stage.check()


def test_a_dispute_that_was_lost_is_dated_when_it_was_lost_whoever_looks_first(stage: Stage) -> None:
    stripe, at = stage.stripe, stage.at
    events = stories.one_off_paid(stripe, stage.checkout(), at)
    events += stories.disputed(stripe, stripe.objects["ch_1"], at + 60)
    events += stories.dispute_ends(stripe, at + 8 * objects.DAY, is_won=False)
    stage.clock.advance(days=20)

    stage.send(*events)
    stage.run("sync")

    closing = stage.rows("SELECT accounting_date::text FROM ledger_entries WHERE reason = 'dispute_closed'")
    assert closing == [("2026-11-26",)]
    assert stage.balances == {"1100": -1035 - 1000, "4100": -1000, "4300": 1000, "5100": 35, "5200": 2000}
    stage.check()


def test_an_invoice_of_nothing_and_one_paid_off_stripe(stage: Stage) -> None:
    stripe, at = stage.stripe, stage.at
    events = lives.subscribed(stripe, stage.checkout("month"), at)
    for id_, total, off_stripe in (("in_2", 0, 0), ("in_3", 1000, 1000)):
        billed = lives.bill(stripe, id_, at + objects.DAY, total=total)
        lives.mark_paid(billed, at + objects.DAY)
        billed |= {"amount_paid": total - off_stripe, "amount_paid_off_stripe": off_stripe}
        events += [objects.event("invoice.paid", billed, at + objects.DAY)]
    stage.clock.advance(days=2)

    stage.tell(events)

    assert stage.given == [("active", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4110": -1000, "5100": 35}
    listed = stage.run("export", "exceptions")
    assert "in_2" in listed
    assert "in_3" in listed
    stage.check()


def test_a_first_month_of_nothing_is_a_living_subscription(stage: Stage) -> None:
    stripe, session = stage.stripe, stage.checkout("month")
    lives.subscribed(stripe, session, stage.at)
    billed = stripe.objects["in_1"]
    billed |= {"total": 0, "amount_due": 0, "amount_paid": 0, "payments": {"object": "list", "data": []}}
    session["payment_status"] = "no_payment_required"
    for id_ in [id_ for id_ in stripe.objects if id_.startswith(("pi_", "ch_", "txn_", "inpay_"))]:
        del stripe.objects[id_]

    stage.tell([objects.event("checkout.session.completed", session, stage.at)])

    assert stage.given == [("active", 0, 0, 0, None)]
    stage.check()


@pytest.mark.parametrize("way", ["sync", "backfill"])
def test_what_no_webhook_told(stage: Stage, way: str) -> None:
    events = lives.subscribed(stage.stripe, stage.checkout("month"), stage.at)
    stage.stripe.put(*events, *returning(stage))
    stage.stripe.page_size = 3
    stage.clock.advance(days=1)

    stage.run(*({"sync": ("sync", "--from", "2026-11-01"), "backfill": ("backfill",)}[way]))
    stage.run("worker", "--drain")
    stage.run("sync")

    assert sorted(stage.given) == [
        ("active", 1000, 0, 1, None),
        ("complete", 1000, 400, 1, None),
        ("complete", 2000, 0, 1, "won"),
    ]
    stage.check()
