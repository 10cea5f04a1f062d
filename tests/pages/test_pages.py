"""The reader pages as HTML: complete in each language, usable without JavaScript."""

import re
from zoneinfo import ZoneInfo

import pytest

from service.pages.language import LANGUAGES, language
from service.readers.my_data import held_in_words
from service.readers.reader import RecurringState, Support
from tests.decisions import make
from tests.pages.shown import PAGES, create_pages


def html_of(path: str) -> str:
    return create_pages().test_client().get(path).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_each_page_speaks_each_language(page: str, language: str) -> None:
    html = html_of(f"/{page}/{language}")

    assert f'lang="{language}"' in html
    assert ('dir="rtl"' in html) == (language == "ar")
    assert not re.search(r"\{\w+\}", html), "a placeholder was left unfilled"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_needs_a_script(page: str) -> None:
    html = html_of(f"/{page}/en")

    assert "<script" not in html
    assert not re.search(r"\son\w+=|\sstyle=", html)


def test_each_suggested_amount_is_a_button_of_a_plain_form() -> None:
    html = html_of("/support/en")

    assert '<button name="amount" value="5.50">€5.50 a month</button>' in html
    assert html.count('name="support_token" value="token"') == html.count("<form")


def test_only_a_paid_contribution_leads_back_to_a_word_of_thanks() -> None:
    assert "articles/a#keepopen-thanks=sealed" in html_of("/paid/en")
    assert "articles/a#keepopen-receipt=sealed" in html_of("/pending/en")
    assert "#keepopen-" not in html_of("/open/en")


def test_a_return_that_could_not_be_confirmed_is_not_called_a_gift() -> None:
    html = html_of("/unconfirmed/en")

    assert "You gave" not in html
    assert "could not reach the payment service" in html


def test_what_is_held_is_told_in_the_readers_language() -> None:
    html = html_of("/my-data/de")

    for text in ("Zum ersten Mal gesehen", "20. November 2026", "1.204", "läuft"):
        assert text in html


@pytest.mark.parametrize("state", [state for state in RecurringState if state is not RecurringState.NONE])
def test_every_state_of_a_regular_gift_has_a_word(state: RecurringState) -> None:
    reader = make.reader(support=Support(recurring=state, recurring_at=make.instant()))

    held = dict(held_in_words(reader, ZoneInfo("Europe/Dublin")))

    assert language("en").value(held["held_recurring"])
