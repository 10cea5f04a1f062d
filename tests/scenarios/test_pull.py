"""What was told in part, or by a payout's list alone: the pull finds the rest, and books and files equal Stripe."""

import random

import pytest

from tests.scenarios import money
from tests.scenarios.agreement import agree, standing
from tests.scenarios.conftest import Stage
from tests.scenarios.objects import DAY
from tests.scenarios.scripted import Json


def test_a_dispute_that_only_a_payout_names_is_looked_at(stage: Stage) -> None:
    """Its movement came with the payout's list and is booked; that it was lost, only the dispute itself says."""
    stripe, at = stage.stripe, stage.at
    told = money.taken(stripe, 1, 1000, at, fee=45)
    money.contested(stripe, "ch_m1", at + DAY, 1000, ("lost",))
    told += money.paid_out(stripe, "po_1", at + 3 * DAY)
    stage.clock.advance(days=9)
    stage.tell(told, drained_each=True)
    stage.run("sync")

    stage.run("sync")

    assert stage.given == [("complete", 1000, 0, 1, "lost")]
    assert stage.balances["4300"] == 1000
    agree(stage)


def a_fate(stage: Stage, chance: random.Random, charge_id: str, at: int) -> list[Json]:
    """What becomes of a charge; what goes back does so at another rate where it came in another currency."""
    stripe = stage.stripe
    amount = stripe.objects[charge_id]["amount"]
    settled = stripe.objects[stripe.objects[charge_id]["balance_transaction"]]["amount"]
    fate = chance.choice(["kept", "refunded", "in parts", "refund fails", "lost", "won", "lost won"])
    if fate == "kept":
        return []
    if fate == "refunded":
        return money.given_back(stripe, charge_id, amount, at, settled + (0 if settled == amount else 7))
    if fate == "in parts":
        parts = (amount // 3, amount // 7, amount - amount // 3 - amount // 7)
        worth = [part if settled == amount else part * settled // amount + 3 for part in parts]
        told = zip(parts, worth, strict=True)
        return [each for part, left in told for each in money.given_back(stripe, charge_id, part, at, left)]
    if fate == "refund fails":
        events = money.given_back(stripe, charge_id, amount // 2, at, settled // 2)
        return events + money.sent_back(stripe, f"re_{charge_id}_0", at + DAY)
    return money.contested(stripe, charge_id, at, settled, tuple(fate.split()), settled - len(fate) % 2)


def anything(stage: Stage, chance: random.Random) -> list[Json]:
    """Twelve charges in four currencies, each with a fate of its own, and payouts every other day."""
    stripe, events = stage.stripe, list[Json]()
    for number in range(12):
        at = stage.at + number * DAY // 2
        currency = chance.choice(["eur", "jpy", "kwd", "usd"])
        settlement = chance.choice([currency, "eur"])
        amount = chance.randrange(100, 90_000) * (10 if currency == "kwd" else 1)
        settled = amount if settlement == currency else chance.randrange(50, amount + 50)
        more = {"currency": currency, "settlement": settlement, "fee": chance.randrange(5, 40)}
        events += money.taken(stripe, number, amount, at, settled, **more)
        events += a_fate(stage, chance, f"ch_m{number}", at + DAY)
        if number % 4 == 3:
            for code in ("eur", "jpy", "kwd", "usd"):
                events += money.paid_out(stripe, f"po_{code}_{number}", at + DAY, code)
    return events


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_and_is_told_in_part_books_and_files_equal_stripe(stage: Stage, seed: int) -> None:
    """Some of it is told, much of that twice, in no order; the pull finds the rest; then all of it is told again."""
    chance = random.Random(seed)
    events = anything(stage, chance)
    told = [*chance.sample(events, len(events) // 2), *chance.sample(events, len(events) // 3)]
    stage.stripe.page_size = chance.choice([3, 100])
    stage.clock.advance(days=12)
    stage.tell(told, drained_each=seed % 3 == 0)
    stage.run("sync")
    agree(stage)
    first = standing(stage), stage.given

    chance.shuffle(events)
    stage.tell(events)
    stage.run("sync")

    agree(stage)
    assert (standing(stage), stage.given) == first
