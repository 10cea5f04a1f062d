"""What Stripe tells of a signed-in reader's gift reaches all their devices, in whatever order it is told."""

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
from tests.readers.test_assertion import signed
from tests.scenarios import lives, stories
from tests.scenarios.conftest import Stage
from tests.scenarios.objects import DAY, event
from tests.scenarios.scripted import Json

ORDERS = ("as sent", "half of them twice, shuffled")
Story = Callable[[Stage, Json], list[Json]]


@dataclass(frozen=True)
class Devices:
    """A reader's phone, on which they give, and their desk; both have been asked."""

    stage: Stage
    phone: FlaskClient
    desk: FlaskClient

    def decide(self, device: FlaskClient, **changes: Any) -> Json:
        at = self.stage.at
        body = {"site": "courier", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full"}
        answer = device.post("/v1/decide", json=body | {"reader_assertion": signed(iat=at, exp=at + 600)} | changes)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def press(self, interval: str) -> Json:
        """Press the button on the phone; the session that Stripe then has."""
        return press(self.phone, self.stage, self.decide(self.phone)["prompts"][0]["prompt_token"], interval)

    def come_back(self, session: Json) -> None:
        """The way back from Stripe's page."""
        assert self.phone.get(f"/thanks?session_id={session['id']}").status_code == 200

    def states(self) -> set[tuple[str, bool]]:
        """On either device: the supporter state, and whether they are asked."""
        answers = [self.decide(device) for device in (self.phone, self.desk)]
        return {(answer["reader"]["supporter"], bool(answer["prompts"])) for answer in answers}


def press(device: FlaskClient, stage: Stage, token: str, interval: str = "one_off") -> Json:
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
    found = Devices(stage, stage.app.test_client(), stage.app.test_client())
    assert found.states() == {("none", True)}
    return found


def given(stage: Stage, session: Json) -> list[Json]:
    return stories.one_off_paid(stage.stripe, session, stage.at)


def given_back(stage: Stage, session: Json) -> list[Json]:
    events = given(stage, session)
    return events + stories.refunded(stage.stripe, stage.stripe.objects["ch_1"], 1000, stage.at + 60)


def given_back_in_part(stage: Stage, session: Json) -> list[Json]:
    events = given(stage, session)
    return events + stories.refunded(stage.stripe, stage.stripe.objects["ch_1"], 400, stage.at + 60)


def given_back_in_vain(stage: Stage, session: Json) -> list[Json]:
    events = given_back(stage, session)
    return events + stories.refund_fails(stage.stripe, stage.stripe.objects["re_ch_1_1"], stage.at + 120)


def disputed(stage: Stage, session: Json) -> list[Json]:
    events = given(stage, session)
    return events + stories.disputed(stage.stripe, stage.stripe.objects["ch_1"], stage.at + DAY)


def lost(stage: Stage, session: Json) -> list[Json]:
    return disputed(stage, session) + stories.dispute_ends(stage.stripe, stage.at + 2 * DAY, is_won=False)


def won(stage: Stage, session: Json) -> list[Json]:
    return disputed(stage, session) + stories.dispute_ends(stage.stripe, stage.at + 2 * DAY, is_won=True)


def lost_and_won_on_appeal(stage: Stage, session: Json) -> list[Json]:
    return lost(stage, session) + stories.dispute_ends(stage.stripe, stage.at + 9 * DAY, is_won=True)


def lost_in_part(stage: Stage, session: Json) -> list[Json]:
    events = lost(stage, session)
    stage.stripe.objects["du_1"]["amount"] = 400
    stage.stripe.objects["txn_du_1"] |= {"amount": -400, "net": -2400}
    return events


def rest_given_back(stage: Stage, session: Json) -> list[Json]:
    """Of what was lost in part."""
    events = lost_in_part(stage, session)
    return events + stories.refunded(stage.stripe, stage.stripe.objects["ch_1"], 600, stage.at + 3 * DAY)


def failed(stage: Stage, session: Json) -> list[Json]:
    events = stories.one_off_delayed(stage.stripe, session, stage.at)
    stage.tell(events)
    return events + stories.delayed_ends(stage.stripe, session, stage.at + 5 * DAY, is_good=False)


def past_due(stage: Stage, session: Json) -> list[Json]:
    stripe, month = stage.stripe, stage.at + 30 * DAY
    events = lives.subscribed(stripe, session, stage.at)
    renewal = lives.bill(stripe, "in_2", month)
    return events + lives.declined(stripe, renewal, month, month + 3 * DAY)


def recovered(stage: Stage, session: Json) -> list[Json]:
    events = past_due(stage, session)
    at = stage.at + 33 * DAY
    return events + lives.recovered(stage.stripe, stage.stripe.objects["in_2"], at)


def cancelled(stage: Stage, session: Json) -> list[Json]:
    """At the end of the month that is paid."""
    events = lives.subscribed(stage.stripe, session, stage.at)
    subscription = stage.stripe.objects["sub_1"]
    subscription |= {"cancel_at_period_end": True, "canceled_at": stage.at + DAY}
    return [*events, event("customer.subscription.updated", subscription, stage.at + DAY)]


def over(stage: Stage, session: Json) -> list[Json]:
    return past_due(stage, session) + lives.ended(stage.stripe, stage.at + 38 * DAY)


LIVES = [
    pytest.param("one_off", given, 40, ("one_off", False), id="a one-off"),
    pytest.param("one_off", given, 90, ("lapsed", True), id="a one-off of long ago"),
    pytest.param("one_off", given_back, 1, ("none", True), id="a one-off given back"),
    pytest.param("one_off", given_back_in_part, 1, ("one_off", False), id="a one-off given back in part"),
    pytest.param("one_off", given_back_in_vain, 1, ("one_off", False), id="a one-off whose refund failed"),
    pytest.param("one_off", disputed, 10, ("one_off", False), id="a one-off the bank is asked about"),
    pytest.param("one_off", lost, 10, ("none", True), id="a one-off lost to a dispute"),
    pytest.param("one_off", won, 10, ("one_off", False), id="a one-off whose dispute was won"),
    pytest.param("one_off", lost_and_won_on_appeal, 10, ("one_off", False), id="a one-off won back on appeal"),
    pytest.param("one_off", lost_in_part, 10, ("one_off", False), id="a one-off lost in part"),
    pytest.param("one_off", rest_given_back, 10, ("none", True), id="a one-off lost in part, the rest given back"),
    pytest.param("one_off", failed, 6, ("none", True), id="a debit that never came"),
    pytest.param("month", past_due, 40, ("past_due", False), id="past due"),
    pytest.param("month", past_due, 60, ("lapsed", True), id="past due for too long"),
    pytest.param("month", recovered, 40, ("recurring", False), id="past due and paid after all"),
    pytest.param("month", cancelled, 29, ("recurring", False), id="cancelled and paid until later"),
    pytest.param("month", cancelled, 31, ("lapsed", True), id="cancelled and paid no more"),
    pytest.param("month", over, 40, ("lapsed", True), id="over"),
]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("interval", "story", "days", "expected"), LIVES)
def test_all_devices_know_what_became_of_a_gift(
    devices: Devices, interval: str, story: Story, days: int, expected: tuple[str, bool], order: str
) -> None:
    stage, session = devices.stage, devices.press(interval)
    events = story(stage, session)
    devices.come_back(session)
    if order != "as sent":
        events += events[::2]
        random.Random(7).shuffle(events)
    stage.clock.advance(days=days)

    stage.tell(events, drained_each=order == "reversed")

    assert devices.states() == {expected}
    assert devices.states() == {expected}


def test_a_gift_given_back_before_its_reader_came_back_is_none(devices: Devices) -> None:
    session = devices.press("one_off")
    devices.stage.tell(given_back(devices.stage, session))

    devices.come_back(session)

    assert devices.states() == {("none", True)}


def test_another_gift_stands_when_one_is_given_back(devices: Devices) -> None:
    stage, first = devices.stage, devices.press("one_off")
    token = devices.decide(devices.desk)["prompts"][0]["prompt_token"]
    stage.clock.advance(minutes=1)
    second = press(devices.desk, stage, token)

    stage.tell(given_back(stage, first) + given(stage, second))

    assert devices.states() == {("one_off", False)}


def test_what_was_given_anonymously_is_not_undone_with_another_gift(devices: Devices) -> None:
    stage, session = devices.stage, devices.press("one_off")
    events = given_back(stage, session)
    stage.clock.advance(days=3)
    token = devices.decide(devices.desk, reader_assertion="")["prompts"][0]["prompt_token"]
    anonymous = press(devices.desk, stage, token)
    given(stage, anonymous)
    devices.desk.get(f"/thanks?session_id={anonymous['id']}")
    devices.decide(devices.desk)
    assert devices.states() == {("one_off", False)}

    stage.tell(events)

    assert devices.states() == {("one_off", False)}


def test_a_rebuild_tells_rows_that_never_heard_what_became_of_a_gift(devices: Devices) -> None:
    stage, session = devices.stage, devices.press("month")
    events = lives.subscribed(stage.stripe, session, stage.at)
    devices.come_back(session)
    stage.tell(events)
    ((held,),) = stage.rows("SELECT held FROM readers")
    stage.clock.advance(days=34)
    month = stage.at - 4 * DAY
    stage.tell(lives.declined(stage.stripe, lives.bill(stage.stripe, "in_2", month), month, stage.at))
    with stage.services.engine.begin() as connection:  # a row as one before this was kept
        connection.execute(text("UPDATE readers SET held = :held, gifts = '[]'"), {"held": held})

    stage.run("sync")
    before = stage.rows("SELECT gifts FROM readers")
    stage.run("rebuild")
    told = stage.rows("SELECT * FROM readers")
    stage.clock.advance(days=1)
    stage.run("rebuild")

    assert before == [([],)]
    assert stage.rows("SELECT * FROM readers") == told
    assert devices.states() == {("past_due", False)}


def test_a_rebuild_brings_nobody_back(devices: Devices) -> None:
    stage = devices.stage
    stage.tell(given(stage, devices.press("one_off")))
    with stage.services.engine.begin() as connection:
        connection.execute(text("DELETE FROM readers"))

    stage.run("rebuild")

    assert stage.rows("SELECT count(*) FROM readers") == [(0,)]
