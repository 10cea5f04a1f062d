"""A signed-in reader contributes on one device: their other devices know it, and their experiment counts it."""

from dataclasses import replace
from typing import Any

import pytest

from service.contributions.earned_store import earned_sums
from service.contributions.forget import forget_signed_in_reader
from service.money import Interval
from service.readers.contributions import GivenContribution, settled, with_contributions
from service.readers.reader import RecurringState, Support
from tests.contributions.world import HOME, Newsroom, decide, open_devices, pay
from tests.decisions import make


@pytest.mark.parametrize("is_known_from", ["the return", "Stripe's events"])
@pytest.mark.parametrize(("interval", "state"), [("one_off", "one_off"), ("month", "recurring")])
def test_a_contribution_on_one_device_silences_the_ask_on_the_others(
    newsroom: Newsroom, is_known_from: str, interval: str, state: str
) -> None:
    phone, desktop = open_devices(newsroom)
    decide(desktop)
    location = pay(newsroom, phone, decide(phone), interval)
    assert decide(desktop)["prompts"]

    if is_known_from == "the return":
        phone.get(location.partition("example")[2])
    else:
        newsroom.clock.advance(minutes=1)
        newsroom.settle()

    assert [decide(device)["prompts"] for device in (desktop, phone)] == [[], []]
    assert decide(desktop)["reader"]["supporter"] == state


def test_an_erased_reader_stays_erased(newsroom: Newsroom) -> None:
    phone, _ = open_devices(newsroom)
    pay(newsroom, phone, decide(phone))
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM readers")
    forget_signed_in_reader(newsroom.services, "courier", "reader-1", by="Aoife")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    assert newsroom.rows("SELECT count(*) FROM readers") == [(0,)]
    assert newsroom.rows("SELECT reader_hash FROM contributions") == [(None,)]
    kept = "SELECT count(*) FROM record_changes WHERE old_row ->> 'reader_hash' IS NOT NULL"
    assert newsroom.rows(kept) == [(0,)]


@pytest.mark.parametrize(("experiment", "is_counted"), [({}, True), ({"coverage": 0}, False)])
def test_earnings_count_only_readers_in_the_experiment(
    newsroom: Newsroom, experiment: dict[str, Any], *, is_counted: bool
) -> None:
    phone, _ = open_devices(newsroom, experiment=experiment)
    pay(newsroom, phone, decide(phone, is_signed_in=False))
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    with newsroom.services.engine.connect() as connection:
        assert bool(earned_sums(connection, "courier")) is is_counted
    rows = newsroom.rows("SELECT state, is_counted, reader_hash FROM contributions")
    assert rows == [("complete", is_counted, None)]


@pytest.mark.parametrize("is_local", [False, True])
def test_an_abandoned_checkout_is_known_with_its_interval(newsroom: Newsroom, *, is_local: bool) -> None:
    phone, _ = open_devices(newsroom, reader={"abandoned_checkout": {"intervals": "month"}})
    newsroom.publish_campaign(key="winter", priority=200)
    carried = {"passport": ""} if is_local else {}

    decisions = [decide(phone, is_signed_in=False, **carried)]
    for interval in ("one_off", "month"):
        carried = {name: decisions[-1][name] for name in carried}
        token = decisions[-1]["prompts"][0]["prompt_token"]
        body = {"interval": interval, "amount": "5", "prompt_token": token, **carried}
        begun = phone.post("/v1/checkout", json=body, headers={"Origin": HOME})
        assert ("passport" in begun.get_json(), "Set-Cookie" in begun.headers) == (is_local, not is_local)
        carried = {name: begun.get_json()[name] for name in carried}
        decisions.append(decide(phone, is_signed_in=False, **carried))

    assert [decision["prompts"][0]["campaign"] for decision in decisions] == ["winter", "winter", "autumn"]


def test_a_reader_without_a_passport_can_start_a_checkout(newsroom: Newsroom) -> None:
    begun = newsroom.checkout(passport="")

    assert (begun.status_code, begun.json["passport"]) == (200, "")


def contribution(
    interval: Interval = Interval.MONTH, given_at: int = make.instant(), **fields: Any
) -> GivenContribution:
    return GivenContribution(interval, given_at, campaign="autumn", **fields)


def test_an_old_passport_does_not_revive_a_contribution_that_ended() -> None:
    running = with_contributions(make.reader(), (), (contribution(),))
    failing = with_contributions(running, (contribution(),), (contribution(past_due_at=make.instant() + make.DAY),))
    again = settled(failing, (contribution(),))
    over = settled(running, (contribution(ended_at=make.instant() + 2 * make.DAY),))

    assert again == running
    assert (failing.support.recurring, over.support.recurring) == (RecurringState.PAST_DUE, RecurringState.NONE)


def test_a_running_contribution_counts_before_an_older_one_that_ended() -> None:
    ended, running = (
        contribution(ended_at=make.instant() + 10 * make.DAY),
        contribution(given_at=make.instant() + 9 * make.DAY),
    )

    reader = with_contributions(make.reader(), (), (ended, running))

    assert (reader.support.recurring, reader.support.recurring_at) == (RecurringState.ACTIVE, running.given_at)


def test_the_amount_of_a_recurring_contribution_follows_what_stripe_charges() -> None:
    monthly = contribution(amount_minor=500, currency="EUR")
    begun = with_contributions(make.reader(), (), (monthly,))
    raised = settled(begun, (replace(monthly, amount_minor=1200),))

    amounts = [(reader.support.recurring_minor, reader.support.recurring_currency) for reader in (begun, raised)]
    assert amounts == [(500, "EUR"), (1200, "EUR")]
    assert settled(raised, (replace(monthly, is_void=True),)).support.recurring_minor == 0


def test_adding_a_contribution_again_changes_nothing() -> None:
    contributions = (contribution(Interval.ONE_OFF),)
    once = with_contributions(make.reader(), (), contributions)

    assert with_contributions(once, contributions, contributions) == once
    assert once.prompts[0].contributed_count == 1


def test_a_contribution_ends_the_open_checkout_unless_it_is_void() -> None:
    begun = make.reader(support=Support(checkout_at=make.instant() + 1200))

    assert settled(begun, (contribution(Interval.ONE_OFF),)).support.checkout_at == 0
    assert settled(begun, (contribution(Interval.ONE_OFF, is_void=True),)).support.checkout_at > 0
