"""GET /support: the page that asks for a contribution without JavaScript."""

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
