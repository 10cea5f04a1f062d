"""The HTML of the reader pages: complete in every language, and without scripts."""

import re
from zoneinfo import ZoneInfo

import pytest

from service.pages.language import LANGUAGES, language
from service.readers.my_data import held_in_words
from service.readers.reader import RecurringState, Support
from tests.decisions import make
from tests.pages.make import PAGES, create_pages, thanks


def html_of(path: str) -> str:
    return create_pages().test_client().get(path).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_complete_in_every_language(page: str, language: str) -> None:
    html = html_of(f"/{page}/{language}")

    assert f'lang="{language}"' in html
    assert ('dir="rtl"' in html) == (language == "ar")
    assert not re.search(r"\{\w+\}", html), "a placeholder was not filled in"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_a_script_or_an_inline_style(page: str) -> None:
    html = html_of(f"/{page}/en")

    assert "<script" not in html
    assert not re.search(r"\son\w+=|\sstyle=", html)


def test_suggested_amounts_are_buttons_of_a_plain_form() -> None:
    html = html_of("/support/en")

    assert '<button name="amount" value="5.50">€5.50 a month</button>' in html
    assert html.count('name="support_token" value="token"') == html.count("<form")


def test_the_link_back_carries_a_receipt_unless_the_checkout_is_unfinished() -> None:
    assert "articles/a#keepopen-thanks=sealed" in html_of("/paid/en")
    assert "articles/a#keepopen-receipt=sealed" in html_of("/pending/en")
    assert "keepopen-" not in html_of("/open/en")


@pytest.mark.parametrize(("route", "sign"), [("#/story/5", "?"), ("#!/story/5?part=2", "&amp;")])
def test_the_receipt_stands_at_the_end_of_a_route(route: str, sign: str) -> None:
    with create_pages().test_request_context():
        html = thanks("en", continue_url=f"https://courier.example/{route}")

    assert f'href="https://courier.example/{route}{sign}keepopen-thanks=sealed"' in html


def test_an_unconfirmed_return_is_not_called_a_contribution() -> None:
    html = html_of("/unconfirmed/en")

    assert "You contributed" not in html
    assert "could not reach the payment service" in html


def test_stored_data_is_shown_in_the_readers_language() -> None:
    html = html_of("/my-data/de")

    for text in ("Zum ersten Mal gesehen", "20. November 2026", "1.204", "läuft"):
        assert text in html


@pytest.mark.parametrize("state", [state for state in RecurringState if state is not RecurringState.NONE])
def test_every_state_of_a_recurring_contribution_has_a_text(state: RecurringState) -> None:
    reader = make.reader(support=Support(recurring=state, recurring_at=make.instant()))

    items = dict(held_in_words(reader, ZoneInfo("Europe/Dublin")))

    assert language("en").value(items["held_recurring"])
