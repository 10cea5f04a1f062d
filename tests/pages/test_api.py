"""Errors on the pages for readers: a browser gets a page in plain words, a program a problem document."""

from html import unescape

import pytest

from service.contributions.checkout.card_testing import MINIMUM_DECLINES
from service.pages.language import LANGUAGES, language
from tests.contributions.world import Newsroom

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def form(newsroom: Newsroom, **changes: str) -> dict[str, str]:
    sent = {"support_token": newsroom.token(), "site": "courier", "interval": "one_off", "amount": "5"}
    return sent | {"currency": "EUR"} | changes


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"amount": "0.10"}, 422, "You have not been charged. We cannot accept this amount."),
        ({"amount": "much"}, 422, "We could not read this amount."),
        ({"support_token": "forged"}, 403, "The page was open for too long."),
    ],
    ids=["too little", "not a number", "an expired page"],
)
def test_the_page_of_a_refused_form_explains_it_and_links_back(
    newsroom: Newsroom, changes: dict[str, str], status: int, words: str
) -> None:
    answer = newsroom.client.post("/v1/checkout", data=form(newsroom, **changes), headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert words in answer.text
    assert 'href="/support/courier?language=en' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_error_is_explained_in_the_language_of_the_form(newsroom: Newsroom) -> None:
    sent = form(newsroom, amount="0.10", language="de")

    answer = newsroom.client.post("/v1/checkout", data=sent, headers=BROWSER)

    assert 'lang="de"' in answer.text
    assert "Es wurde nichts abgebucht." in answer.text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_while_cards_are_tested_the_page_explains_why_it_takes_no_contributions(newsroom: Newsroom, tag: str) -> None:
    """The page has no script, so it cannot compute the proof of work."""
    newsroom.decline(MINIMUM_DECLINES)

    answer = newsroom.client.post("/v1/checkout", data=form(newsroom, language=tag), headers=BROWSER)

    assert answer.status_code == 403
    assert language(tag).text("problem_uncharged") in unescape(answer.text)
    assert language(tag).text("problem_paused") in unescape(answer.text)


def test_an_unknown_address_is_explained_on_a_page(newsroom: Newsroom) -> None:
    for address in ("/support/nowhere", "/thanks?session_id=cs_none", "/my-data?site=nowhere"):
        answer = newsroom.client.get(address, headers=BROWSER)

        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "We could not find this page" in answer.text


def test_the_page_of_too_many_requests_keeps_status_and_headers(newsroom: Newsroom) -> None:
    answers = [newsroom.client.post("/v1/checkout", data=form(newsroom), headers=BROWSER) for _ in range(21)]

    assert (answers[-1].status_code, answers[-1].mimetype) == (429, "text/html")
    assert "Retry-After" in answers[-1].headers
    assert "Please try again in a moment." in answers[-1].text


def test_a_program_gets_a_problem_document(newsroom: Newsroom) -> None:
    as_form = newsroom.client.post("/v1/checkout", data=form(newsroom, amount="0.10"))
    as_json = newsroom.client.post("/v1/checkout", json={}, headers=BROWSER)

    assert as_form.get_json()["code"] == "invalid_amount"
    assert as_json.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("tag", "words"),
    [("en", "Please enter an amount from €1 to €2,000."), ("de", "Bitte geben Sie einen Betrag von 1")],
)
def test_the_page_of_a_refused_amount_names_the_limits(newsroom: Newsroom, tag: str, words: str) -> None:
    for amount in ("0.10", "9999"):
        sent = form(newsroom, amount=amount, language=tag)
        problem = newsroom.client.post("/v1/checkout", data=sent).get_json()
        answer = newsroom.client.post("/v1/checkout", data=sent, headers=BROWSER)

        assert (problem["minimum_minor"], problem["maximum_minor"], problem["currency"]) == (100, 200_000, "EUR")
        assert words in unescape(answer.text).replace("\u00a0", " ")


def test_a_problem_that_is_not_about_limits_names_no_limits(newsroom: Newsroom) -> None:
    problem = newsroom.client.post("/v1/checkout", data=form(newsroom, amount="five")).get_json()

    assert problem["code"] == "invalid_amount"
    assert not {"minimum_minor", "maximum_minor", "currency"} & problem.keys()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_start_page_says_where_to_go(newsroom: Newsroom, tag: str) -> None:
    page = newsroom.client.get("/", headers={"Accept-Language": tag})

    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert f'lang="{tag}"' in page.text
    assert language(tag).text("start_text") in unescape(page.text)
    for address in ("/support/courier", "/portal?site=courier", "/my-data?site=courier"):
        assert f'href="{address}"' in page.text
        assert newsroom.client.get(address).status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
