"""GET /support: the page that asks for a contribution without JavaScript."""

import pytest

from service.pages.language import LANGUAGES, language
from tests.contributions.world import Newsroom


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
    response = newsroom.client.post("/v1/checkout", data=form)

    assert response.status_code == 303
    assert response.headers["Location"].startswith(newsroom.stripe.url)


def test_an_unknown_site_has_no_support_page(newsroom: Newsroom) -> None:
    assert newsroom.client.get("/support/nowhere").status_code == 404


def submit(newsroom: Newsroom, amount: str, tag: str = "en", **fields: str) -> tuple[int, str]:
    """Send the form of the support page as a browser does. Return the status and the page."""
    form = {"support_token": newsroom.token(), "site": "courier", "interval": "one_off", "currency": "EUR"}
    sent = {**form, "amount": amount, "language": tag, **fields}
    answer = newsroom.client.post("/v1/checkout", data=sent, headers={"Accept": "text/html"})
    return answer.status_code, answer.text


@pytest.mark.parametrize("amount", ["٥", "€5", "5 €", "5.-", "５", "5,00 EUR"])
def test_the_support_page_takes_an_amount_in_every_writing(newsroom: Newsroom, amount: str) -> None:
    assert submit(newsroom, amount, "ar")[0] == 303
    assert newsroom.rows("SELECT amount_minor FROM contributions") == [(500,)]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_page_about_a_wrong_writing_says_so_and_does_not_blame_the_sum(newsroom: Newsroom, tag: str) -> None:
    newsroom.change_site(languages=list(LANGUAGES))

    status, page = submit(newsroom, "1,000", tag)

    assert status == 422
    assert language(tag).text("unreadable_amount") in page.replace("&#39;", "'")
    assert language(tag).text("problem_amount") not in page


def test_no_pattern_keeps_a_browser_from_sending_other_writings(newsroom: Newsroom) -> None:
    assert "pattern=" not in newsroom.client.get("/support/courier").text


@pytest.mark.parametrize(("currency", "is_offered"), [("EUR", True), ("HUF", True), ("KWD", False), ("AUD", False)])
def test_covering_the_fee_is_offered_and_taken_only_if_the_fee_is_known(
    newsroom: Newsroom, currency: str, is_offered: bool
) -> None:
    limits = {currency: {"one_off": {"min": 1, "max": 90000}}}
    ask = {"one_off": {currency: [1000, 4000]}, "can_cover_fee": True}
    newsroom.change_site(currency=currency, amount_limits=limits, ask=ask)

    page = newsroom.client.get("/support/courier").text
    status, _ = submit(newsroom, "4000", currency=currency, covers_fee="true")

    assert ('name="covers_fee"' in page) is is_offered
    assert status == (303 if is_offered else 422)
