"""GET /thanks: a reader whose payment Stripe confirms is thanked, and becomes a supporter."""

import pytest

from tests.contributions.world import HOME, Newsroom


def test_a_reader_who_contributed_is_thanked_and_recognised(newsroom: Newsroom) -> None:
    session_id = newsroom.give(amount="5")

    response = newsroom.client.get(f"/thanks?session_id={session_id}")

    assert response.status_code == 200
    assert f"{HOME}/a" in response.text
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-keepopen-courier=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_an_unfinished_checkout_makes_no_supporter(newsroom: Newsroom) -> None:
    newsroom.checkout()
    (session_id,) = newsroom.rows("SELECT checkout_session_id FROM contributions")[0]

    response = newsroom.client.get(f"/thanks?session_id={session_id}")

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("session_id", ["", "cs_test_that_never_was", "../../v1/balance", "cs_" + "a" * 5000])
def test_an_unknown_session_is_not_found(newsroom: Newsroom, session_id: str) -> None:
    assert newsroom.client.get("/thanks", query_string={"session_id": session_id}).status_code == 404


def test_a_contributor_can_reload_the_thank_you_page_any_number_of_times(newsroom: Newsroom) -> None:
    session_id = newsroom.give()

    loaded = [newsroom.client.get(f"/thanks?session_id={session_id}") for _ in range(15)]
    newsroom.client.delete_cookie("__Host-keepopen-courier")
    elsewhere = newsroom.client.get(f"/thanks?session_id={session_id}")

    assert ["Set-Cookie" in response.headers for response in [*loaded, elsewhere]] == [True] * 16
