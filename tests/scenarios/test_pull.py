"""Events that report only a part: the pull finds the rest, and books and files agree with Stripe."""

import random

import pytest

from tests.scenarios import money_events
from tests.scenarios.agreement import check_agreement, closing_balances
from tests.scenarios.objects import DAY
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage


def test_a_dispute_that_only_a_payout_lists_is_fetched(stage: Stage) -> None:
    """Its withdrawal comes with the payout's lines, but only the dispute itself says that it was lost."""
    stripe, at = stage.stripe, stage.at
    events = money_events.paid(stripe, 1, 1000, at, fee=45)
    money_events.disputed(stripe, "ch_m1", at + DAY, 1000, ("lost",))
    events += money_events.paid_out(stripe, "po_1", at + 3 * DAY)
    stage.clock.advance(days=9)
    stage.deliver(events, drain_each=True)
    stage.run("sync")

    stage.run("sync")

    assert stage.contributions == [("complete", 1000, 0, 1, "lost")]
    assert stage.balances["4300"] == 1000
    check_agreement(stage)


def random_outcome(stage: Stage, chance: random.Random, charge_id: str, at: int) -> list[Json]:
    """Let something happen to a charge, and return its events. Money in another currency returns at another rate."""
    stripe = stage.stripe
    amount = stripe.objects[charge_id]["amount"]
    settled = stripe.objects[stripe.objects[charge_id]["balance_transaction"]]["amount"]
    outcome = chance.choice(["kept", "refunded", "in parts", "refund fails", "lost", "won", "lost won"])
    if outcome == "kept":
        return []
    if outcome == "refunded":
        return money_events.refunded(stripe, charge_id, amount, at, settled + (0 if settled == amount else 7))
    if outcome == "in parts":
        parts = (amount // 3, amount // 7, amount - amount // 3 - amount // 7)
        worth = [part if settled == amount else part * settled // amount + 3 for part in parts]
        refunds = zip(parts, worth, strict=True)
        return [event for part, left in refunds for event in money_events.refunded(stripe, charge_id, part, at, left)]
    if outcome == "refund fails":
        events = money_events.refunded(stripe, charge_id, amount // 2, at, settled // 2)
        return events + money_events.refund_failed(stripe, f"re_{charge_id}_0", at + DAY)
    return money_events.disputed(stripe, charge_id, at, settled, tuple(outcome.split()), settled - len(outcome) % 2)


def random_events(stage: Stage, chance: random.Random) -> list[Json]:
    """Return the events of twelve charges in four currencies, their random outcomes, and payouts every other day."""
    stripe, events = stage.stripe, list[Json]()
    for number in range(12):
        at = stage.at + number * DAY // 2
        currency = chance.choice(["eur", "jpy", "kwd", "usd"])
        settlement = chance.choice([currency, "eur"])
        amount = chance.randrange(100, 90_000) * (10 if currency == "kwd" else 1)
        settled = amount if settlement == currency else chance.randrange(50, amount + 50)
        more = {"currency": currency, "settlement": settlement, "fee": chance.randrange(5, 40)}
        events += money_events.paid(stripe, number, amount, at, settled, **more)
        events += random_outcome(stage, chance, f"ch_m{number}", at + DAY)
        if number % 4 == 3:
            for code in ("eur", "jpy", "kwd", "usd"):
                events += money_events.paid_out(stripe, f"po_{code}_{number}", at + DAY, code)
    return events


@pytest.mark.parametrize("seed", range(6))
def test_books_and_files_agree_with_stripe_after_random_events_of_which_some_are_delivered(
    stage: Stage, seed: int
) -> None:
    """Some events are delivered, many twice, in random order; the pull finds the rest; then all are delivered again."""
    chance = random.Random(seed)
    events = random_events(stage, chance)
    delivered = [*chance.sample(events, len(events) // 2), *chance.sample(events, len(events) // 3)]
    stage.stripe.page_size = chance.choice([3, 100])
    stage.clock.advance(days=12)
    stage.deliver(delivered, drain_each=seed % 3 == 0)
    stage.run("sync")
    check_agreement(stage)
    first = closing_balances(stage), stage.contributions

    chance.shuffle(events)
    stage.deliver(events)
    stage.run("sync")

    check_agreement(stage)
    assert (closing_balances(stage), stage.contributions) == first
