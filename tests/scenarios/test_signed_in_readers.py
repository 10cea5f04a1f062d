"""What happens to the contribution of a signed-in reader is known on all devices, in any order of events."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from tests.contributions.world import CAMPAIGN, KEYS, SITE
from tests.readers.assertions import signed
from tests.scenarios import contribution_events, subscription_events
from tests.scenarios.objects import DAY, event
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

ORDERS = ("as sent", "half of them twice, shuffled")
Outcome = Callable[[Stage, Json], list[Json]]


@dataclass(frozen=True)
class Devices:
    """A reader's phone, on which the reader contributes, and desktop computer. Both have shown the ask."""

    stage: Stage
    phone: FlaskClient
    desk: FlaskClient

    def decide(self, device: FlaskClient, **changes: Any) -> Json:
        at = self.stage.at
        body = {"site": "courier", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full"}
        answer = device.post("/v1/decide", json=body | {"reader_assertion": signed(iat=at, exp=at + 600)} | changes)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def start_checkout(self, interval: str) -> Json:
        """Start a checkout on the phone, and return the session that Stripe opened."""
        return start_checkout(self.phone, self.stage, self.decide(self.phone)["prompts"][0]["prompt_token"], interval)

    def return_from_stripe(self, session: Json) -> None:
        """Return from Stripe's page on the phone."""
        assert self.phone.get(f"/thanks?session_id={session['id']}").status_code == 200

    def states(self) -> set[tuple[str, bool]]:
        """Return, over both devices, the supporter state and whether the reader is asked."""
        answers = [self.decide(device) for device in (self.phone, self.desk)]
        return {(answer["reader"]["supporter"], bool(answer["prompts"])) for answer in answers}


def start_checkout(device: FlaskClient, stage: Stage, token: str, interval: str = "one_off") -> Json:
    body = {"interval": interval, "amount": "10", "currency": "EUR", "prompt_token": token}
    answer = device.post("/v1/checkout", json=body, headers={"Origin": "https://courier.example"})
    assert answer.status_code == 200, answer.text
    return stage.stripe.objects[str(answer.get_json()["checkout_url"]).rpartition("/")[2]]


@pytest.fixture
def devices(stage: Stage) -> Devices:
    engine, author = stage.services.engine, Author("editor", stage.clock())
    supporters = {"past_due_days": 30, "lapsed_months": 6}
    save_site(engine, {**SITE, "reader_assertion": KEYS, "supporters": supporters}, author)
    save_campaign(engine, {**CAMPAIGN, "reader": {"supporter": ["none", "lapsed"]}}, author)
    publish(engine, DocumentKind.CAMPAIGN, "autumn", Release(), author)
    stage.services.part(SnapshotHolder).refresh()
    devices = Devices(stage, stage.app.test_client(), stage.app.test_client())
    assert devices.states() == {("none", True)}
    return devices


def paid(stage: Stage, session: Json) -> list[Json]:
    return contribution_events.one_off_paid(stage.stripe, session, stage.at)


def refunded(stage: Stage, session: Json) -> list[Json]:
    events = paid(stage, session)
    return events + contribution_events.refunded(stage.stripe, stage.stripe.objects["ch_1"], 1000, stage.at + 60)


def refunded_in_part(stage: Stage, session: Json) -> list[Json]:
    events = paid(stage, session)
    return events + contribution_events.refunded(stage.stripe, stage.stripe.objects["ch_1"], 400, stage.at + 60)


def refund_that_failed(stage: Stage, session: Json) -> list[Json]:
    events = refunded(stage, session)
    return events + contribution_events.refund_fails(stage.stripe, stage.stripe.objects["re_ch_1_1"], stage.at + 120)


def disputed(stage: Stage, session: Json) -> list[Json]:
    events = paid(stage, session)
    return events + contribution_events.disputed(stage.stripe, stage.stripe.objects["ch_1"], stage.at + DAY)


def lost(stage: Stage, session: Json) -> list[Json]:
    return disputed(stage, session) + contribution_events.dispute_ends(stage.stripe, stage.at + 2 * DAY, is_won=False)


def won(stage: Stage, session: Json) -> list[Json]:
    return disputed(stage, session) + contribution_events.dispute_ends(stage.stripe, stage.at + 2 * DAY, is_won=True)


def lost_and_won_on_appeal(stage: Stage, session: Json) -> list[Json]:
    return lost(stage, session) + contribution_events.dispute_ends(stage.stripe, stage.at + 9 * DAY, is_won=True)


def lost_in_part(stage: Stage, session: Json) -> list[Json]:
    events = lost(stage, session)
    stage.stripe.objects["du_1"]["amount"] = 400
    stage.stripe.objects["txn_du_1"] |= {"amount": -400, "net": -2400}
    return events


def rest_refunded(stage: Stage, session: Json) -> list[Json]:
    """Refund what a dispute that was lost in part has left."""
    events = lost_in_part(stage, session)
    return events + contribution_events.refunded(stage.stripe, stage.stripe.objects["ch_1"], 600, stage.at + 3 * DAY)


def failed(stage: Stage, session: Json) -> list[Json]:
    events = contribution_events.one_off_delayed(stage.stripe, session, stage.at)
    stage.deliver(events)
    return events + contribution_events.delayed_ends(stage.stripe, session, stage.at + 5 * DAY, is_good=False)


def past_due(stage: Stage, session: Json) -> list[Json]:
    stripe, month = stage.stripe, stage.at + 30 * DAY
    events = subscription_events.subscribed(stripe, session, stage.at)
    renewal = subscription_events.bill(stripe, "in_2", month)
    return events + subscription_events.declined(stripe, renewal, month, month + 3 * DAY)


def recovered(stage: Stage, session: Json) -> list[Json]:
    events = past_due(stage, session)
    at = stage.at + 33 * DAY
    return events + subscription_events.recovered(stage.stripe, stage.stripe.objects["in_2"], at)


def cancelled(stage: Stage, session: Json) -> list[Json]:
    """Cancel the subscription at the end of the paid month."""
    events = subscription_events.subscribed(stage.stripe, session, stage.at)
    subscription = stage.stripe.objects["sub_1"]
    subscription |= {"cancel_at_period_end": True, "canceled_at": stage.at + DAY}
    return [*events, event("customer.subscription.updated", subscription, stage.at + DAY)]


def over(stage: Stage, session: Json) -> list[Json]:
    return past_due(stage, session) + subscription_events.ended(stage.stripe, stage.at + 38 * DAY)


OUTCOMES = [
    pytest.param("one_off", paid, 40, ("one_off", False), id="a one-off"),
    pytest.param("one_off", paid, 90, ("lapsed", True), id="a one-off long ago"),
    pytest.param("one_off", refunded, 1, ("none", True), id="a refunded one-off"),
    pytest.param("one_off", refunded_in_part, 1, ("one_off", False), id="a one-off refunded in part"),
    pytest.param("one_off", refund_that_failed, 1, ("one_off", False), id="a one-off whose refund failed"),
    pytest.param("one_off", disputed, 10, ("one_off", False), id="a disputed one-off"),
    pytest.param("one_off", lost, 10, ("none", True), id="a one-off lost to a dispute"),
    pytest.param("one_off", won, 10, ("one_off", False), id="a one-off whose dispute was won"),
    pytest.param("one_off", lost_and_won_on_appeal, 10, ("one_off", False), id="a one-off won back on appeal"),
    pytest.param("one_off", lost_in_part, 10, ("one_off", False), id="a one-off lost in part"),
    pytest.param("one_off", rest_refunded, 10, ("none", True), id="a one-off lost in part and refunded for the rest"),
    pytest.param("one_off", failed, 6, ("none", True), id="a failed debit"),
    pytest.param("month", past_due, 40, ("past_due", False), id="past due"),
    pytest.param("month", past_due, 60, ("lapsed", True), id="past due for too long"),
    pytest.param("month", recovered, 40, ("recurring", False), id="past due and paid after all"),
    pytest.param("month", cancelled, 29, ("recurring", False), id="cancelled and paid until later"),
    pytest.param("month", cancelled, 31, ("lapsed", True), id="cancelled and over"),
    pytest.param("month", over, 40, ("lapsed", True), id="over"),
]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("interval", "outcome", "days", "expected"), OUTCOMES)
def test_all_devices_know_what_became_of_a_contribution(
    devices: Devices, interval: str, outcome: Outcome, days: int, expected: tuple[str, bool], order: str
) -> None:
    stage, session = devices.stage, devices.start_checkout(interval)
    events = outcome(stage, session)
    devices.return_from_stripe(session)
    if order != "as sent":
        events += events[::2]
        random.Random(7).shuffle(events)
    stage.clock.advance(days=days)

    stage.deliver(events, drain_each=order == "reversed")

    assert devices.states() == {expected}
    assert devices.states() == {expected}


def test_a_contribution_refunded_before_its_reader_returned_counts_as_none(devices: Devices) -> None:
    session = devices.start_checkout("one_off")
    devices.stage.deliver(refunded(devices.stage, session))

    devices.return_from_stripe(session)

    assert devices.states() == {("none", True)}


def test_a_refund_does_not_undo_another_contribution(devices: Devices) -> None:
    stage, first = devices.stage, devices.start_checkout("one_off")
    token = devices.decide(devices.desk)["prompts"][0]["prompt_token"]
    stage.clock.advance(minutes=1)
    second = start_checkout(devices.desk, stage, token)

    stage.deliver(refunded(stage, first) + paid(stage, second))

    assert devices.states() == {("one_off", False)}


def test_a_refund_does_not_undo_an_anonymous_contribution(devices: Devices) -> None:
    stage, session = devices.stage, devices.start_checkout("one_off")
    events = refunded(stage, session)
    stage.clock.advance(days=3)
    token = devices.decide(devices.desk, reader_assertion="")["prompts"][0]["prompt_token"]
    anonymous = start_checkout(devices.desk, stage, token)
    paid(stage, anonymous)
    devices.desk.get(f"/thanks?session_id={anonymous['id']}")
    devices.decide(devices.desk)
    assert devices.states() == {("one_off", False)}

    stage.deliver(events)

    assert devices.states() == {("one_off", False)}


def test_a_rebuild_updates_rows_that_missed_what_became_of_a_contribution(devices: Devices) -> None:
    stage, session = devices.stage, devices.start_checkout("month")
    events = subscription_events.subscribed(stage.stripe, session, stage.at)
    devices.return_from_stripe(session)
    stage.deliver(events)
    ((held,),) = stage.rows("SELECT held FROM readers")
    stage.clock.advance(days=34)
    month = stage.at - 4 * DAY
    stage.deliver(
        subscription_events.declined(
            stage.stripe, subscription_events.bill(stage.stripe, "in_2", month), month, stage.at
        )
    )
    with stage.services.engine.begin() as connection:  # as a row from before contributions were saved with readers
        connection.execute(text("UPDATE readers SET held = :held, gifts = '[]'"), {"held": held})

    stage.run("sync")
    before = stage.rows("SELECT gifts FROM readers")
    stage.run("rebuild")
    updated = stage.rows("SELECT * FROM readers")
    stage.clock.advance(days=1)
    stage.run("rebuild")

    assert before == [([],)]
    assert stage.rows("SELECT * FROM readers") == updated
    assert devices.states() == {("past_due", False)}


def test_a_rebuild_does_not_create_a_deleted_reader_again(devices: Devices) -> None:
    stage = devices.stage
    stage.deliver(paid(stage, devices.start_checkout("one_off")))
    with stage.services.engine.begin() as connection:
        connection.execute(text("DELETE FROM readers"))

    stage.run("rebuild")

    assert stage.rows("SELECT count(*) FROM readers") == [(0,)]
