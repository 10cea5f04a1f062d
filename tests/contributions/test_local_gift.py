"""A page that keeps the passport itself learns from the address its reader comes back to that they gave."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.contributions.conftest import Newsroom
from tests.contributions.test_signed_in_gift import open_with, pay

ORIGIN = {"Origin": "https://courier.example"}


def ask(page: FlaskClient, passport: str) -> dict[str, Any]:
    body = {"site": "courier", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full"}
    return dict(page.post("/v1/decide", json=body | {"passport": passport}, headers=ORIGIN).get_json())


def told(page: FlaskClient, **changes: Any) -> Any:
    return page.post("/v1/passport", json={"site": "courier", **changes}, headers=ORIGIN)


def gift_in(html: str) -> str:
    found = re.search(r"#keepopen-thanks=([\w-]+)", html)
    return found[1] if found else ""


def give(newsroom: Newsroom, page: FlaskClient) -> tuple[str, str]:
    """The passport before, and the sealed word of the gift. The service's own pages see no cookie of this reader."""
    before = ask(page, "")
    location = pay(newsroom, page, before)
    thanks = newsroom.client.application.test_client(use_cookies=False).get(location.partition("example")[2])
    return str(before["passport"]), gift_in(thanks.text)


def test_who_gave_is_not_asked_again(newsroom: Newsroom) -> None:
    page, _ = open_with(newsroom)
    passport, gift = give(newsroom, page)

    answer = told(page, gift=gift, passport=passport)

    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    after = ask(page, answer.get_json()["passport"])
    assert (after["prompts"], after["reader"]) == ([], {"article_count": 2, "supporter": "one_off"})
    again = told(page, gift=gift, passport=after["passport"]).get_json()["passport"]
    assert ask(page, again)["reader"] == {"article_count": 3, "supporter": "one_off"}


def test_a_page_without_a_passport_yet_gets_one_and_one_without_consent_none(newsroom: Newsroom) -> None:
    page, _ = open_with(newsroom)
    _, gift = give(newsroom, page)

    assert ask(page, told(page, gift=gift, passport="").get_json()["passport"])["reader"]["supporter"] == "one_off"
    assert told(page, gift=gift).get_json() == {"passport": None}


def test_where_the_cookie_carries_the_history_nothing_is_in_the_address(newsroom: Newsroom) -> None:
    page, _ = open_with(newsroom)
    body = {"site": "courier", "view_id": "v", "page_id": "/a", "consent": "full"}
    location = pay(newsroom, page, page.post("/v1/decide", json=body).get_json())

    thanks = page.get(location.partition("example")[2]).text

    assert "#keepopen-thanks" in thanks
    assert gift_in(thanks) == ""


@pytest.mark.parametrize(
    ("changes", "minutes", "status"),
    [
        ({}, 59, 200),
        ({}, 60, 403),
        ({"gift": "x" * 80}, 0, 403),
        ({"site": "elsewhere"}, 0, 404),
        ({"gift": 7}, 0, 422),
    ],
)
def test_a_word_that_does_not_hold_is_refused(
    newsroom: Newsroom, changes: dict[str, Any], minutes: int, status: int
) -> None:
    page, _ = open_with(newsroom)
    passport, gift = give(newsroom, page)
    newsroom.clock.advance(minutes=minutes)

    assert told(page, **{"gift": gift, "passport": passport} | changes).status_code == status
