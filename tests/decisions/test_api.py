"""POST /v1/decide and POST /v1/events."""

from typing import Any

import pytest

from schemas.decide import DecisionSchema
from service.campaigns.campaign import Kind
from service.campaigns.frequency import CoolOff
from service.campaigns.gate import Gate, GateType
from service.campaigns.reader_rules import ArticleCount, ReaderRules
from service.decisions.prompt_token import prompt_sealer
from service.decisions.tally import Tally
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.world import Opener, decide, report, services_of, view

AFTER_THREE = make.campaign(reader=ReaderRules(article_counts=(ArticleCount(minimum=3),)))


def test_the_appeal_appears_on_the_article_that_reaches_the_threshold(open_client: Opener) -> None:
    client = open_client(AFTER_THREE)

    shown = [[prompt["campaign"] for prompt in decide(client)["prompts"]] for _ in range(4)]

    assert shown == [[], [], ["autumn"], ["autumn"]]


def test_the_answer_keeps_its_contract(open_client: Opener) -> None:
    body = decide(open_client(make.campaign()))

    assert DecisionSchema().validate(body) == {}
    assert body["access"] == {"state": "open", "used": None, "allowance": None, "resets_at": None}
    assert body["reader"] == {"article_count": 1, "supporter": "none"}
    assert body["passport"] is None
    assert body["prompts"][0]["ask"]["intervals"][0] == {
        "interval": "one_off",
        "amounts_minor": [500, 1000],
        "default_minor": 500,
        "minimum_minor": 100,
        "maximum_minor": 200_000,
    }


def test_the_history_travels_in_a_cookie_no_script_can_read(open_client: Opener) -> None:
    response = open_client(make.campaign(), public_url="https://keep.example").post("/v1/decide", json=view())

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-keepopen-tide=")
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=34560000"))
    assert response.headers["Cache-Control"] == "no-store"


def test_without_consent_nothing_is_read_or_set(open_client: Opener) -> None:
    client = open_client(make.campaign())
    decide(client)

    response = client.post("/v1/decide", json=view(consent="none"))

    assert "Set-Cookie" not in response.headers
    assert response.get_json()["reader"]["article_count"] == 0
    assert [prompt["campaign"] for prompt in response.get_json()["prompts"]] == ["autumn"]


def test_in_local_mode_the_page_carries_the_passport(open_client: Opener) -> None:
    client = open_client(AFTER_THREE)

    passport, bodies = "", []
    for _ in range(3):
        response = client.post("/v1/decide", json=view(passport=passport))
        assert "Set-Cookie" not in response.headers
        bodies.append(response.get_json())
        passport = bodies[-1]["passport"]

    assert bodies[-1]["prompts"][0]["campaign"] == "autumn"


def test_a_repeated_view_counts_once(open_client: Opener) -> None:
    client = open_client(AFTER_THREE)

    counts = [decide(client, view_id="same")["reader"]["article_count"] for _ in range(5)]

    assert counts == [1] * 5


def test_a_dismissed_appeal_stays_away_for_its_cool_off(open_client: Opener, clock: SettableClock) -> None:
    client = open_client(make.campaign(cool_off=CoolOff(dismissal_seconds=(7 * make.DAY,))))
    prompt = decide(client)["prompts"][0]

    assert report(client, prompt, "dismissed").get_json() == {"passport": None}

    clock.advance(days=7, seconds=-1)
    assert decide(client)["prompts"] == []
    clock.advance(seconds=1)
    assert [prompt["campaign"] for prompt in decide(client)["prompts"]] == ["autumn"]


def test_a_foreign_or_broken_passport_is_a_new_reader(open_client: Opener) -> None:
    client = open_client(make.campaign())

    for passport in ("x", "A" * 200, "%%%", "é"):
        assert decide(client, passport=passport)["reader"]["article_count"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"site": "tide", "view_id": "v", "page_id": "/a", "unknown": 1}, 422),
        ({"site": "tide", "view_id": 7, "page_id": "/a"}, 422),
        ({"site": "tide", "view_id": "v", "page_id": "/a\x00"}, 422),
        ({"site": "elsewhere", "view_id": "v", "page_id": "/a"}, 404),
        ({"site": "tide", "view_id": "v", "page_id": "/a", "tags": ["t"] * 51}, 422),
        ({"site": "tide", "view_id": "v", "page_id": "/a", "is_sensitive": "yes"}, 422),
        ([], 422),
        ("text", 422),
    ],
)
def test_a_wrong_body_is_a_problem_with_a_code(open_client: Opener, body: Any, status: int) -> None:
    response = open_client(make.campaign()).post("/v1/decide", json=body)

    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["code"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 4000, 400),
        (b'{"site": NaN}', 400),
        (b'{"site":"tide","site":"tide"}', 400),
        (rb'{"site":"tide","view_id":"v","page_id":"/\ud83d","event_id":"e"}', 400),
        (b" " * 4097, 413),
    ],
)
def test_bodies_that_are_not_json_or_too_large_are_refused(open_client: Opener, raw: bytes, status: int) -> None:
    for path in ("/v1/decide", "/v1/events"):
        response = open_client(make.campaign()).post(path, data=raw, content_type="text/plain")

        assert response.status_code == status


def test_json_sent_as_plain_text_is_read(open_client: Opener) -> None:
    response = open_client(make.campaign()).post(
        "/v1/decide", data=b'{"site":"tide","view_id":"v","page_id":"/a"}', content_type="text/plain;charset=UTF-8"
    )

    assert response.status_code == 200


def test_only_pages_of_the_site_may_ask(open_client: Opener) -> None:
    client = open_client(make.campaign())

    allowed = client.post("/v1/decide", json=view(), headers={"Origin": "https://tide.example"})
    refused = client.post("/v1/decide", json=view(), headers={"Origin": "https://evil.example"})

    assert allowed.headers["Access-Control-Allow-Origin"] == "https://tide.example"
    assert allowed.headers["Access-Control-Allow-Credentials"] == "true"
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_an_event_reported_twice_counts_once(open_client: Opener) -> None:
    client = open_client(make.campaign(frequency=make.capped(2, days=30)))
    prompt = decide(client)["prompts"][0]

    for event_id in ("once", "once", "again", "and again"):
        assert report(client, prompt, "seen", event_id=event_id).status_code == 200

    assert len(decide(client)["prompts"]) == 1
    for _ in range(30):  # more page views than the passport has room for ids
        decide(client, page_type="front")
    report(client, prompt, "seen", event_id="much later")
    report(client, decide(client)["prompts"][0], "seen")
    assert decide(client)["prompts"] == []


def test_an_event_whose_answer_was_lost_is_recorded_when_it_is_reported_again(open_client: Opener) -> None:
    client = open_client(make.campaign(frequency=make.capped(1, days=30)))
    body = client.post("/v1/decide", json=view(passport="")).get_json()

    for _ in range(2):  # the page never received the first answer, so it sends the old passport
        answer = report(client, body["prompts"][0], "seen", passport=body["passport"]).get_json()

    assert decide(client, passport=answer["passport"])["prompts"] == []


@pytest.mark.parametrize("event", ["seen", "dismissed", "clicked"])
def test_an_event_of_a_prompt_counts_once_at_the_server_without_any_passport(open_client: Opener, event: str) -> None:
    client = open_client(make.campaign())
    prompt = client.post("/v1/decide", json=view()).get_json()["prompts"][0]
    client.delete_cookie("keepopen-tide")
    tally = services_of(client).part(Tally)

    for number in range(20):
        report(client, prompt, event, event_id=f"e{number % 7}")

    assert [cell.event for cell in tally.taken_reports().values()] == [event]


def test_a_forged_token_is_refused(open_client: Opener) -> None:
    client = open_client(make.campaign())

    response = report(client, {"prompt_token": "A" * 100}, "seen")

    assert (response.status_code, response.get_json()["code"]) == (403, "invalid_token")


def test_a_token_of_another_release_is_refused(open_client: Opener) -> None:
    client = open_client(make.campaign())
    sealed = prompt_sealer(services_of(client).keys).seal(b'["tide","autumn"]')

    response = report(client, {"prompt_token": sealed}, "seen")

    assert (response.status_code, response.get_json()["code"]) == (403, "invalid_token")


def test_a_preflight_from_a_page_of_the_site_allows_a_post(open_client: Opener) -> None:
    client = open_client(make.campaign())

    for path in ("/v1/decide", "/v1/events"):
        response = client.options(path, headers={"Origin": "https://tide.example"})
        assert (response.status_code, response.headers["Access-Control-Allow-Methods"]) == (204, "POST")


def test_the_country_of_a_page_counts_only_if_the_site_honours_it(open_client: Opener) -> None:
    american = make.campaign(reader=ReaderRules(countries_any=frozenset({"US"})))
    trusting = open_client(american, site=make.site(honours_country=True))
    careful = open_client(american)

    assert decide(trusting, country="us")["prompts"]
    assert decide(careful, country="us")["prompts"] == []
    edge = careful.post("/v1/decide", json=view(), headers={"X-Country": "us"}).get_json()
    assert edge["prompts"][0]["ask"]["currency"] == "USD"


def test_prefetches_and_crawlers_count_nothing(open_client: Opener) -> None:
    client = open_client(make.campaign())

    for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"User-Agent": "Googlebot/2.1"}):
        body = client.post("/v1/decide", json=view(), headers=headers).get_json()
        assert (body["prompts"], body["reader"]["article_count"]) == ([], 0)

    assert decide(client)["reader"]["article_count"] == 1


def test_consent_to_the_meter_alone_keeps_neither_bucket_nor_topics(open_client: Opener) -> None:
    client = open_client(make.campaign())
    decide(client, tags=["politics"])

    decide(client, consent="meter", tags=["politics"])

    held = client.get("/my-data.json?site=tide").get_json()["held"]
    assert (held["bucket"], held["articles_per_topic_and_week"]) == (None, [])
    assert held["articles_per_day_newest_first"][0] == 2


def test_keys_rotate_without_losing_readers(open_client: Opener) -> None:
    old, new = "o" * 32, "n" * 32
    before = open_client(make.campaign(), secret_keys=(old,))
    passport = before.post("/v1/decide", json=view(passport="")).get_json()["passport"]

    rotated = decide(open_client(make.campaign(), secret_keys=(new, old)), passport=passport)
    dropped = decide(open_client(make.campaign(), secret_keys=(new,)), passport=passport)

    assert (rotated["reader"]["article_count"], dropped["reader"]["article_count"]) == (2, 1)


def test_a_clock_set_back_by_years_is_no_error(open_client: Opener, clock: SettableClock) -> None:
    client = open_client(make.campaign(frequency=make.capped(1, days=7)))
    prompt = decide(client)["prompts"][0]
    report(client, prompt, "seen")

    clock.advance(days=-2000)

    assert decide(client)["reader"]["article_count"] == 2


def test_a_fault_while_deciding_is_silence_and_an_open_article(open_client: Opener) -> None:
    broken = make.campaign(variants=(make.variant(copies=()),))
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT), variants=(make.variant(copies=()),))

    for campaign in (broken, gate):
        body = decide(open_client(campaign))
        assert (body["prompts"], body["access"]["state"], body["reader"]["article_count"]) == ([], "open", 1)


def test_a_phone_named_like_a_crawler_is_counted_and_asked(open_client: Opener) -> None:
    client = open_client(make.campaign())
    chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
    client.environ_base["HTTP_USER_AGENT"] = f"Mozilla/5.0 (Linux; Android 10; CUBOT X30) {chrome}"

    answers = [decide(client) for _ in range(2)]

    assert [answer["reader"]["article_count"] for answer in answers] == [1, 2]
    assert [len(answer["prompts"]) for answer in answers] == [1, 1]
