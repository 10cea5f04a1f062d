"""The two routes of a page view over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from schemas.decide import DecisionSchema
from service.campaigns.frequency import CoolOff
from service.campaigns.reader_rules import ArticleCount, ReaderRules
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.conftest import Opener

AFTER_THREE = make.campaign(reader=ReaderRules(article_counts=(ArticleCount(minimum=3),)))


def view(**changes: Any) -> dict[str, Any]:
    return {"site": "tide", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full", **changes}


def decide(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    response = client.post("/v1/decide", json=view(**changes))
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def report(client: FlaskClient, prompt: dict[str, Any], event: str, event_id: str = "e1", **more: Any) -> Any:
    body = {"site": "tide", "prompt_token": prompt["prompt_token"], "event": event, "event_id": event_id, **more}
    return client.post("/v1/events", json=body)


def test_the_appeal_appears_on_the_article_that_reaches_the_threshold(open_client: Opener) -> None:
    client = open_client(AFTER_THREE)

    shown = [[one["campaign"] for one in decide(client)["prompts"]] for _ in range(4)]

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
    assert [one["campaign"] for one in response.get_json()["prompts"]] == ["autumn"]


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
    assert [one["campaign"] for one in decide(client)["prompts"]] == ["autumn"]


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
        (b" " * 4097, 413),
    ],
)
def test_bytes_that_are_no_request_are_refused(open_client: Opener, raw: bytes, status: int) -> None:
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


def test_an_event_told_twice_counts_once(open_client: Opener) -> None:
    client = open_client(make.campaign(frequency=make.capped(2, days=30)))
    prompt = decide(client)["prompts"][0]

    for _ in range(3):
        assert report(client, prompt, "seen", event_id="once").status_code == 200

    assert decide(client)["prompts"]
    report(client, prompt, "seen", event_id="twice")
    assert decide(client)["prompts"] == []


def test_a_token_that_is_not_ours_is_refused(open_client: Opener) -> None:
    client = open_client(make.campaign())

    response = report(client, {"prompt_token": "A" * 100}, "seen")

    assert (response.status_code, response.get_json()["code"]) == (403, "invalid_token")
