"""The optional fields of a contribution: only what the site asks for is taken, and kept with the contribution."""

from typing import Any

import pytest

from service.pages.language import LANGUAGES, language
from tests.contributions.world import Newsroom


@pytest.fixture
def asking(newsroom: Newsroom) -> Newsroom:
    """The newsroom, with a site that asks for both fields."""
    newsroom.change_site(gift_fields=["anonymous", "message"], languages=list(LANGUAGES))
    return newsroom


def test_a_field_the_site_asks_for_is_kept_with_the_contribution(asking: Newsroom) -> None:
    response = asking.checkout(is_anonymous=True, message="Keep at it.\nMary")

    assert response.status_code == 200
    assert asking.rows("SELECT is_anonymous, message FROM contributions") == [(True, "Keep at it.\nMary")]


@pytest.mark.parametrize(("name", "value"), [("is_anonymous", True), ("message", "Hello")])
def test_a_field_the_site_does_not_ask_for_is_refused_by_name(newsroom: Newsroom, name: str, value: Any) -> None:
    response = newsroom.checkout(**{name: value})

    assert (response.status_code, response.json["code"]) == (422, "not_offered")
    assert response.json["title"].startswith(f"{name}: ")
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


def test_an_empty_field_counts_as_missing(newsroom: Newsroom) -> None:
    assert newsroom.checkout(is_anonymous=False, message="").status_code == 200


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_support_page_has_the_fields_the_site_asks_for(asking: Newsroom, tag: str) -> None:
    page = asking.client.get(f"/support/courier?language={tag}").text

    assert 'name="is_anonymous"' in page
    assert 'name="message"' in page
    assert language(tag).text("gift_anonymous") in page


def test_the_support_page_has_no_other_fields(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/support/courier").text

    assert 'name="is_anonymous"' not in page
    assert 'name="message"' not in page


def test_a_changed_message_is_a_new_attempt(asking: Newsroom) -> None:
    token = asking.token()
    for message in ("first", "first", "second thoughts"):
        asking.checkout(support_token=token, message=message)

    assert asking.rows("SELECT message FROM contributions ORDER BY message") == [("first",), ("second thoughts",)]


@pytest.mark.parametrize("message", ["\x00", "a\x1b[31m", "\ud800", "x" * 501])
def test_a_message_that_no_page_could_show_is_refused(asking: Newsroom, message: str) -> None:
    response = asking.checkout(message=message)

    assert response.status_code in {400, 422}
    assert asking.rows("SELECT count(*) FROM contributions") == [(0,)]
