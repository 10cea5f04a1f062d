"""A signed-in reader gives on one device: the others know, and an experiment counts who takes part in it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from service.campaigns.editing import Hand, Release, publish, save_campaign, save_site
from service.campaigns.reader_rules import SupporterState
from service.campaigns.site import SupporterPolicy
from service.campaigns.store import DocumentKind
from service.campaigns.variant import Interval
from service.contributions.earned_store import earned_sums
from service.contributions.forget import unlink_account
from service.decisions.gift import Gift, with_gift
from service.decisions.reader import Reader, new_reader
from service.decisions.supporters import supporter_state
from tests.contributions.conftest import SITE, Newsroom
from tests.decisions import make
from tests.decisions.test_assertion import EC, public, signed

KEYS = {"audience": "keepopen", "keys": {"key_id": "ec", "algorithm": "ES256", "public_key": public(EC)}}
CAMPAIGN: dict[str, Any] = {
    "key": "autumn",
    "site": "courier",
    "kind": "epic",
    "placement": "article_top",
    "variants": {"key": "control", "copy": {"en": {"heading": "Give", "button": "Give"}}},
}


def open_with(newsroom: Newsroom, **changes: Any) -> tuple[FlaskClient, FlaskClient]:
    """A phone and a desk, on a site that vouches for its readers and asks them."""
    engine, hand = newsroom.services.engine, Hand("editor", newsroom.clock())
    save_site(engine, {**SITE, "reader_assertion": KEYS}, hand)
    save_campaign(engine, {**CAMPAIGN, **changes}, hand)
    publish(engine, DocumentKind.CAMPAIGN, "autumn", Release(), hand)
    newsroom.services.campaigns.refresh()
    return newsroom.client.application.test_client(), newsroom.client.application.test_client()


def decide(client: FlaskClient, *, is_signed_in: bool = True) -> dict[str, Any]:
    body = {"site": "courier", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full"}
    answer = client.post("/v1/decide", json=body | ({"reader_assertion": signed()} if is_signed_in else {}))
    assert answer.status_code == 200, answer.json
    return dict(answer.get_json())


def pay(newsroom: Newsroom, device: FlaskClient, decision: dict[str, Any], interval: str = "one_off") -> str:
    """Give through the prompt on this device; where Stripe sends its reader back to."""
    body = {"interval": interval, "amount": "5", "prompt_token": decision["prompts"][0]["prompt_token"]}
    answer = device.post("/v1/checkout", json=body, headers={"Origin": "https://courier.example"})
    assert answer.status_code == 200, answer.json
    return str(newsroom.stripe.pay(answer.get_json()["checkout_url"]).headers["Location"])


@pytest.mark.parametrize("is_told_by", ["the way back", "Stripe's events"])
@pytest.mark.parametrize(("interval", "state"), [("one_off", "one_off"), ("month", "recurring")])
def test_a_contribution_on_one_device_silences_the_ask_on_the_others(
    newsroom: Newsroom, is_told_by: str, interval: str, state: str
) -> None:
    phone, desk = open_with(newsroom)
    decide(desk)
    location = pay(newsroom, phone, decide(phone), interval)
    assert decide(desk)["prompts"]

    if is_told_by == "the way back":
        phone.get(location.partition("example")[2])
    else:
        newsroom.clock.advance(minutes=1)
        newsroom.settle()

    assert [decide(device)["prompts"] for device in (desk, phone)] == [[], []]
    assert decide(desk)["reader"]["supporter"] == state


def test_a_reader_who_was_erased_stays_erased(newsroom: Newsroom) -> None:
    phone, _ = open_with(newsroom)
    pay(newsroom, phone, decide(phone))
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM readers")
    unlink_account(newsroom.services, "courier", "reader-1")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    assert newsroom.rows("SELECT count(*) FROM readers") == [(0,)]
    assert newsroom.rows("SELECT reader_hash FROM contributions") == [(None,)]


@pytest.mark.parametrize(("experiment", "counts"), [({}, True), ({"coverage": 0}, False)])
def test_a_bandit_earns_from_those_who_take_part_alone(
    newsroom: Newsroom, experiment: dict[str, Any], counts: bool
) -> None:
    phone, _ = open_with(newsroom, experiment=experiment)
    pay(newsroom, phone, decide(phone, is_signed_in=False))
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    with newsroom.services.engine.connect() as connection:
        assert bool(earned_sums(connection, "courier")) is counts
    assert newsroom.rows("SELECT state, is_counted, reader_hash FROM contributions") == [("complete", counts, None)]


def test_a_checkout_that_was_left_is_known_with_its_interval(newsroom: Newsroom) -> None:
    phone, _ = open_with(newsroom, reader={"abandoned_checkout": {"intervals": "month"}})
    open_again = {**CAMPAIGN, "reader": {}, "key": "winter", "priority": 200}
    hand = Hand("editor", newsroom.clock())
    save_campaign(newsroom.services.engine, open_again, hand)
    publish(newsroom.services.engine, DocumentKind.CAMPAIGN, "winter", Release(), hand)
    newsroom.services.campaigns.refresh()

    asked = [decide(phone, is_signed_in=False)]
    for interval in ("one_off", "month"):
        token = asked[-1]["prompts"][0]["prompt_token"]
        body = {"interval": interval, "amount": "5", "prompt_token": token}
        phone.post("/v1/checkout", json=body, headers={"Origin": "https://courier.example"})
        asked.append(decide(phone, is_signed_in=False))

    assert [one["prompts"][0]["campaign"] for one in asked] == ["winter", "winter", "autumn"]


GIVEN = datetime(2026, 11, 1, 10, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 10, tzinfo=UTC)


def state_after(*gifts: Gift, now: datetime = make.NOW) -> SupporterState:
    reader = _reader()
    for gift in gifts:
        reader = with_gift(reader, gift)
    return supporter_state(reader.giving, SupporterPolicy(), make.time_at(now))


def _reader() -> Reader:
    return new_reader(make.instant(), 5, 7)


def gift(interval: Interval = Interval.MONTH, given_at: datetime = GIVEN, **changes: Any) -> Gift:
    return Gift("courier", b"x" * 32, interval, given_at, "autumn", **changes)


@pytest.mark.parametrize(
    ("gifts", "now", "expected"),
    [
        pytest.param((gift(),), LATER, SupporterState.RECURRING, id="a running one"),
        pytest.param((gift(), gift(paid_until=LATER)), make.NOW, SupporterState.RECURRING, id="cancelled, still paid"),
        pytest.param((gift(), gift(paid_until=LATER)), LATER, SupporterState.LAPSED, id="cancelled, paid no more"),
        pytest.param((gift(), gift(ended_at=make.NOW)), make.NOW, SupporterState.LAPSED, id="ended"),
        pytest.param(
            (gift(), gift(given_at=make.NOW), gift(ended_at=make.NOW)), LATER, SupporterState.RECURRING,
            id="a newer one is not ended with an older",
        ),
        pytest.param((gift(Interval.ONE_OFF),), make.NOW, SupporterState.ONE_OFF, id="a one-off"),
    ],
)  # fmt: skip
def test_what_became_of_a_gift(gifts: tuple[Gift, ...], now: datetime, expected: SupporterState) -> None:
    assert state_after(*gifts, now=now) is expected


def test_telling_a_gift_again_changes_nothing() -> None:
    once = with_gift(_reader(), gift(Interval.ONE_OFF))

    assert with_gift(once, gift(Interval.ONE_OFF)) == once
    assert once.prompts[0].contributed_count == 1
