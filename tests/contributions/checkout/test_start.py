"""POST /v1/checkout, GET /support and GET /thanks: what is let through, refused, counted, and remembered."""

import hashlib
import itertools
import threading
from typing import Any

import pytest

from service.contributions.checkout.card_testing import (
    MINIMUM_DECLINES,
    PROOF_BITS,
    Outcomes,
    is_card_testing,
    is_proof,
)
from service.decisions.prompt_token import PromptToken, prompt_sealer, seal_prompt_token
from tests.contributions.conftest import Newsroom


def prompt_token(newsroom: Newsroom, **changes: Any) -> str:
    token = PromptToken(
        site="courier",
        campaign="autumn",
        variant="control",
        placement="article_top",
        kind="epic",
        page_id="a-1",
        view_id="v-1",
        decision_id="dec_1",
        issued_at=int(newsroom.clock().timestamp()),
        currency="EUR",
    )
    return seal_prompt_token(prompt_sealer(newsroom.services.keys), token._replace(**changes))


def test_a_gift_knows_the_campaign_and_page_it_came_from(newsroom: Newsroom) -> None:
    answer = newsroom.checkout(prompt_token=prompt_token(newsroom))

    assert answer.status_code == 200
    assert newsroom.rows("SELECT site, campaign, variant, placement, page_id FROM contributions") == [
        ("courier", "autumn", "control", "article_top", "a-1")
    ]


def test_the_mark_stands_on_every_object_at_stripe(newsroom: Newsroom) -> None:
    newsroom.checkout(prompt_token=prompt_token(newsroom), amount="5")
    newsroom.checkout(prompt_token=prompt_token(newsroom), amount="5", interval="month")
    for url in [url for (url,) in newsroom.rows("SELECT checkout_url FROM contributions")]:
        newsroom.stripe.pay(url)

    objects = newsroom.stripe.app.sandbox.store
    kinds = ("checkout.session", "payment_intent", "subscription")
    marks = {kind: [each["metadata"] for each in objects.all(kind) if each["metadata"]] for kind in kinds}
    expected = {"keepopen_schema", "keepopen_contribution", "keepopen_site", "keepopen_interval"}
    expected |= {"keepopen_campaign", "keepopen_variant", "keepopen_page"}
    assert all(set(metadata) == expected for found in marks.values() for metadata in found)
    assert [len(marks[kind]) for kind in kinds] == [2, 1, 1]


def test_clicks_at_the_same_moment_are_one_session(newsroom: Newsroom) -> None:
    token, urls = newsroom.token(), []
    app = newsroom.client.application
    body = {"support_token": token, "site": "courier", "interval": "one_off", "amount": "5"}

    def click() -> None:
        urls.append(app.test_client().post("/v1/checkout", json=body).json["checkout_url"])  # type: ignore[index]

    clicks = [threading.Thread(target=click) for _ in range(5)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert len(urls) == 5
    assert len(set(urls)) == 1
    assert len(newsroom.stripe.app.sandbox.store.all("checkout.session")) == 1


def test_an_attempt_cut_short_is_taken_up_again(newsroom: Newsroom) -> None:
    token = newsroom.token()
    newsroom.stripe.app.faults.add({"kind": "lost", "path": "/v1/checkout", "times": 3})

    failed = newsroom.checkout(support_token=token)
    newsroom.stripe.app.faults.clear()
    taken_up = newsroom.checkout(support_token=token)

    assert failed.status_code == 503
    assert taken_up.status_code == 200
    assert len(newsroom.stripe.app.sandbox.store.all("checkout.session")) == 1


def test_an_expired_page_is_replaced_by_a_new_one(newsroom: Newsroom) -> None:
    token = newsroom.token()
    first = newsroom.checkout(support_token=token).json
    newsroom.clock.advance(hours=2)
    newsroom.settle()

    second = newsroom.checkout(support_token=token).json

    assert first != second
    assert newsroom.rows("SELECT state FROM contributions ORDER BY created_at") == [("expired",), ("attempted",)]


def test_bad_requests_are_refused_and_nothing_is_stored(newsroom: Newsroom) -> None:
    stale = prompt_token(newsroom, issued_at=int(newsroom.clock().timestamp()) - 90_000)
    refused: dict[str, tuple[dict[str, Any], int]] = {
        "no token": ({"support_token": None}, 422),
        "forged token": ({"support_token": "AAAA"}, 403),
        "stale token": ({"prompt_token": stale}, 403),
        "preview": ({"prompt_token": prompt_token(newsroom, is_preview=True)}, 403),
        "another site": ({"site": "herald"}, 403),
        "float": ({"amount": 4.35}, 422),
        "true": ({"amount": True}, 422),
        "too little": ({"amount": "0.5"}, 422),
        "too much": ({"amount": "99999"}, 422),
        "fraction of a cent": ({"amount": "5.001"}, 422),
        "not sold": ({"currency": "USD"}, 422),
        "no such interval": ({"interval": "week"}, 422),
        "unknown field": ({"tip": 1}, 422),
        "foreign return": ({"return_url": "https://evil.example/"}, 403),
        "two amounts": ({"amount_minor": 500}, 422),
    }

    statuses = {name: newsroom.checkout(**fields).status_code for name, (fields, _) in refused.items()}

    assert statuses == {name: status for name, (_, status) in refused.items()}
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


def test_only_the_sites_own_pages_may_ask(newsroom: Newsroom) -> None:
    body = {"support_token": newsroom.token(), "interval": "one_off", "amount": "5"}

    statuses = {
        origin: newsroom.client.post("/v1/checkout", json=body, headers={"Origin": origin}).status_code
        for origin in ("https://evil.example", "null", "https://courier.example.evil.example", "http://courier.example")
    }

    assert set(statuses.values()) == {403}


def test_the_support_page_works_without_javascript(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/support/courier")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]

    form = {
        "support_token": newsroom.token(),
        "site": "courier",
        "interval": "one_off",
        "amount": "5",
        "currency": "EUR",
    }
    answer = newsroom.client.post("/v1/checkout", data=form)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(newsroom.stripe.url)
    assert newsroom.client.get("/support/nowhere").status_code == 404


def test_a_reader_who_gave_is_thanked_and_recognised(newsroom: Newsroom) -> None:
    session_id = newsroom.give(amount="5")

    answer = newsroom.client.get(f"/thanks?session_id={session_id}")

    assert answer.status_code == 200
    assert "https://courier.example/a" in answer.text
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-keepopen-courier=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_an_unfinished_visit_makes_no_supporter(newsroom: Newsroom) -> None:
    newsroom.checkout()
    (session_id,) = newsroom.rows("SELECT checkout_session_id FROM contributions")[0]

    answer = newsroom.client.get(f"/thanks?session_id={session_id}")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("session_id", ["", "cs_test_that_never_was", "../../v1/balance", "cs_" + "a" * 5000])
def test_thanks_for_nothing_is_not_found(newsroom: Newsroom, session_id: str) -> None:
    assert newsroom.client.get("/thanks", query_string={"session_id": session_id}).status_code == 404


def test_one_network_cannot_open_sessions_without_end(newsroom: Newsroom) -> None:
    statuses = [newsroom.checkout().status_code for _ in range(25)]

    assert statuses[:20] == [200] * 20
    assert set(statuses[20:]) == {429}


def test_one_showing_opens_ten_sessions_an_hour(newsroom: Newsroom) -> None:
    token = newsroom.token()

    answers = [newsroom.checkout(support_token=token) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].json["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600


def test_testing_cards_trips_the_limit_until_work_is_shown(newsroom: Newsroom) -> None:
    newsroom.decline(MINIMUM_DECLINES)
    token = newsroom.token()

    blocked = newsroom.checkout(support_token=token)
    proof = next(text for text in map(str, itertools.count()) if is_proof(token, text))
    small = newsroom.checkout(support_token=token, proof=proof, amount="1")
    passed = newsroom.checkout(support_token=token, proof=proof, amount="5")
    newsroom.clock.advance(hours=2)
    later = newsroom.checkout(amount="1")

    assert (blocked.status_code, blocked.json["code"]) == (403, "proof_needed")
    assert (small.status_code, small.json["code"]) == (422, "invalid_amount")
    assert small.json["title"] == "the minimum is 5.00 EUR"
    assert (small.json["minimum_minor"], small.json["currency"]) == (500, "EUR")
    assert (passed.status_code, later.status_code) == (200, 200)


def test_a_proof_is_a_hash_with_leading_zero_bits() -> None:
    proof = next(text for text in map(str, itertools.count()) if is_proof("token", text))

    digest = hashlib.sha256(f"token:{proof}".encode()).digest()
    assert format(int.from_bytes(digest, "big"), "0256b").startswith("0" * PROOF_BITS)
    assert not is_proof("another", proof)


def test_ordinary_declines_trip_nothing() -> None:
    assert not is_card_testing(Outcomes(succeeded=0, declined=MINIMUM_DECLINES - 1))
    assert not is_card_testing(Outcomes(succeeded=400, declined=20))
    assert is_card_testing(Outcomes(succeeded=30, declined=20))


def test_an_attempt_that_expired_is_resumed_by_its_link(newsroom: Newsroom) -> None:
    newsroom.checkout(amount="7", interval="month")
    ((session_id, first_url),) = newsroom.rows("SELECT checkout_session_id, checkout_url FROM contributions")
    newsroom.clock.advance(hours=2)
    newsroom.settle()
    page = newsroom.client.get(f"/thanks?session_id={session_id}").text
    link = page.partition("https://support.courier.example")[2].partition('"')[0]

    resumed = [newsroom.client.get(link) for _ in range(2)]
    newsroom.stripe.pay(resumed[0].headers["Location"])
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    assert {answer.status_code for answer in resumed} == {303}
    assert resumed[0].headers["Location"] == resumed[1].headers["Location"] != first_url
    states = newsroom.rows("SELECT state, amount_minor, interval FROM contributions ORDER BY created_at")
    assert states == [("expired", 700, "month"), ("active", 700, "month")]
