"""The portal: a mailed link lets a contributor manage their contribution."""

import re
from typing import Any

import pytest

from service.contributions.mail.sending import send_due_mail
from tests.contributions.world import MARY, Newsroom


@pytest.fixture
def monthly(newsroom: Newsroom) -> Newsroom:
    """The newsroom with a monthly contribution of Mary's."""
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)
    return newsroom


def request_link(newsroom: Newsroom, email: str = MARY) -> int:
    response: Any = newsroom.client.post("/v1/portal", json={"site": "courier", "email": email})
    assert response.json == {"status": "sent"}
    return int(response.status_code)


def mailed_token(newsroom: Newsroom) -> str:
    """Request a link, send the mail, and return the token in it."""
    request_link(newsroom)
    send_due_mail(newsroom.services)
    texts = [mail.get_content() for mail in newsroom.sent_mail()]
    found = re.search(r"https://support\.courier\.example/portal/(\S+)", "\n".join(texts))
    assert found is not None
    return found[1]


def test_a_mailed_link_opens_the_portal_once(monthly: Newsroom) -> None:
    token = mailed_token(monthly)

    page = monthly.client.get(f"/portal/{token}")
    opened: Any = monthly.client.post("/v1/portal", json={"token": token})
    again: Any = monthly.client.post("/v1/portal", json={"token": token})

    assert page.status_code == 200
    assert opened.json["portal_url"].startswith(monthly.stripe.url)
    assert "keepopen-courier=" in opened.headers["Set-Cookie"]
    assert (again.status_code, again.json["code"]) == (403, "invalid_token")


def test_an_unknown_address_gets_the_same_response_and_no_mail(monthly: Newsroom) -> None:
    assert request_link(monthly, "nobody@reader.example") == request_link(monthly)
    send_due_mail(monthly.services)

    assert len(monthly.sent_mail()) == 1


def test_an_address_gets_at_most_three_links_an_hour(monthly: Newsroom) -> None:
    for _ in range(5):
        request_link(monthly)
    send_due_mail(monthly.services)

    assert len(monthly.sent_mail()) == 3


def test_a_link_expires_after_half_an_hour(monthly: Newsroom) -> None:
    token = mailed_token(monthly)
    monthly.clock.advance(minutes=31)

    assert monthly.client.post("/v1/portal", json={"token": token}).status_code == 403


def test_the_id_in_the_database_opens_no_portal(monthly: Newsroom) -> None:
    request_link(monthly)
    (link_id,) = monthly.rows("SELECT id FROM portal_links")[0]

    assert monthly.client.post("/v1/portal", json={"token": link_id}).status_code == 403


def test_opening_the_portal_updates_the_passport_of_the_device(monthly: Newsroom) -> None:
    (subscription_id,) = monthly.rows("SELECT subscription_id FROM contributions")[0]
    monthly.stripe.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")
    monthly.settle_after(minutes=1)
    token = mailed_token(monthly)

    monthly.client.post("/v1/portal", json={"token": token})

    giving = monthly.client.get("/my-data.json?site=courier").get_json()["held"]["giving"]
    assert giving["recurring"] == "cancelled"
    assert giving["paid_until"] is not None
