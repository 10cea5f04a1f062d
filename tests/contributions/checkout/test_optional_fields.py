"""What a reader may say beside a gift: only what the site asks, on its own page, and kept with the contribution."""

from typing import Any

import pytest

from service.pages.language import LANGUAGES, language
from tests.contributions.conftest import Newsroom


@pytest.fixture
def asking(newsroom: Newsroom) -> Newsroom:
    """The newsroom, whose site now asks both."""
    newsroom.ask_for(gift_fields=["anonymous", "message"], languages=list(LANGUAGES))
    return newsroom


def test_what_the_site_asks_is_kept_with_the_contribution(asking: Newsroom) -> None:
    answer = asking.checkout(is_anonymous=True, message="Keep at it.\nMary")

    assert answer.status_code == 200
    assert asking.rows("SELECT is_anonymous, message FROM contributions") == [(True, "Keep at it.\nMary")]


@pytest.mark.parametrize(("name", "value"), [("is_anonymous", True), ("message", "Hello")])
def test_what_the_site_does_not_ask_is_refused_by_name(newsroom: Newsroom, name: str, value: Any) -> None:
    answer = newsroom.checkout(**{name: value})

    assert (answer.status_code, answer.json["code"]) == (422, "not_offered")
    assert answer.json["title"].startswith(f"{name}: ")
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


def test_leaving_it_unsaid_is_no_answer(newsroom: Newsroom) -> None:
    assert newsroom.checkout(is_anonymous=False, message="").status_code == 200


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_support_page_asks_only_where_the_site_does(asking: Newsroom, tag: str) -> None:
    page = asking.client.get(f"/support/courier?language={tag}").text

    assert 'name="is_anonymous"' in page
    assert 'name="message"' in page
    assert language(tag).text("gift_anonymous") in page


def test_the_support_page_asks_nothing_more_by_itself(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/support/courier").text

    assert 'name="is_anonymous"' not in page
    assert 'name="message"' not in page


def test_a_changed_message_is_a_new_attempt(asking: Newsroom) -> None:
    token = asking.token()
    for message in ("first", "first", "second thoughts"):
        asking.checkout(support_token=token, message=message)

    assert asking.rows("SELECT message FROM contributions ORDER BY message") == [("first",), ("second thoughts",)]


@pytest.mark.parametrize("message", ["\x00", "a\x1b[31m", "\ud800", "x" * 501])
def test_a_message_no_page_could_show_is_refused(asking: Newsroom, message: str) -> None:
    answer = asking.checkout(message=message)

    assert answer.status_code in {400, 422}
    assert asking.rows("SELECT count(*) FROM contributions") == [(0,)]
