"""A signed-in reader gives on one device: the others know, and an experiment counts who takes part in it."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.contributions.earned_store import earned_sums
from service.contributions.forget import unlink_account
from service.money import Interval
from service.readers.contributions import GivenContribution, settled, with_contributions
from service.readers.reader import RecurringState, Support
from tests.contributions.conftest import SITE, Newsroom
from tests.decisions import make
from tests.readers.assertions import EC, public, signed

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
    engine, author = newsroom.services.engine, Author("editor", newsroom.clock())
    save_site(engine, {**SITE, "reader_assertion": KEYS}, author)
    save_campaign(engine, {**CAMPAIGN, **changes}, author)
    publish(engine, DocumentKind.CAMPAIGN, "autumn", Release(), author)
    newsroom.services.part(SnapshotHolder).refresh()
    return newsroom.client.application.test_client(), newsroom.client.application.test_client()


def decide(client: FlaskClient, *, is_signed_in: bool = True, **changes: Any) -> dict[str, Any]:
    body = {"site": "courier", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full", **changes}
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
    kept = "SELECT count(*) FROM record_changes WHERE old_row ->> 'reader_hash' IS NOT NULL"
    assert newsroom.rows(kept) == [(0,)]


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


@pytest.mark.parametrize("is_local", [False, True])
def test_a_checkout_that_was_left_is_known_with_its_interval(newsroom: Newsroom, is_local: bool) -> None:
    phone, _ = open_with(newsroom, reader={"abandoned_checkout": {"intervals": "month"}})
    open_again = {**CAMPAIGN, "reader": {}, "key": "winter", "priority": 200}
    author = Author("editor", newsroom.clock())
    save_campaign(newsroom.services.engine, open_again, author)
    publish(newsroom.services.engine, DocumentKind.CAMPAIGN, "winter", Release(), author)
    newsroom.services.part(SnapshotHolder).refresh()
    held = {"passport": ""} if is_local else {}

    asked = [decide(phone, is_signed_in=False, **held)]
    for interval in ("one_off", "month"):
        held = {name: asked[-1][name] for name in held}
        token = asked[-1]["prompts"][0]["prompt_token"]
        body = {"interval": interval, "amount": "5", "prompt_token": token, **held}
        begun = phone.post("/v1/checkout", json=body, headers={"Origin": "https://courier.example"})
        assert ("passport" in begun.get_json(), "Set-Cookie" in begun.headers) == (is_local, not is_local)
        asked.append(decide(phone, is_signed_in=False, **{name: begun.get_json()[name] for name in held}))

    assert [one["prompts"][0]["campaign"] for one in asked] == ["winter", "winter", "autumn"]


def test_a_reader_who_holds_nothing_begins_a_checkout_all_the_same(newsroom: Newsroom) -> None:
    begun = newsroom.checkout(passport="")

    assert (begun.status_code, begun.json["passport"]) == (200, "")


def gift(interval: Interval = Interval.MONTH, given_at: int = make.instant(), **changes: Any) -> GivenContribution:
    return GivenContribution(interval, given_at, campaign="autumn", **changes)


def test_an_old_copy_brings_back_nothing_that_is_over() -> None:
    running = with_contributions(make.reader(), (), (gift(),))
    failing = with_contributions(running, (gift(),), (gift(past_due_at=make.instant() + make.DAY),))
    again = settled(failing, (gift(),))
    over = settled(running, (gift(ended_at=make.instant() + 2 * make.DAY),))

    assert again == running
    assert (failing.support.recurring, over.support.recurring) == (RecurringState.PAST_DUE, RecurringState.NONE)


def test_a_running_contribution_counts_before_an_older_one_that_is_over() -> None:
    later = gift(given_at=make.instant() + 9 * make.DAY)

    reader = with_contributions(make.reader(), (), (gift(ended_at=make.instant() + 10 * make.DAY), later))

    assert (reader.support.recurring, reader.support.recurring_at) == (RecurringState.ACTIVE, later.given_at)


def test_telling_a_gift_again_changes_nothing() -> None:
    given = (gift(Interval.ONE_OFF),)
    once = with_contributions(make.reader(), (), given)

    assert with_contributions(once, given, given) == once
    assert once.prompts[0].contributed_count == 1


def test_a_checkout_is_finished_by_its_gift() -> None:
    begun = make.reader(support=Support(checkout_at=make.instant() + 1200))

    assert settled(begun, (gift(Interval.ONE_OFF),)).support.checkout_at == 0
    assert settled(begun, (gift(Interval.ONE_OFF, is_void=True),)).support.checkout_at > 0
