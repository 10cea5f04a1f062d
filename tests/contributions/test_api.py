"""The security of POST /v1/checkout: foreign origins, forged addresses, ambiguous amounts, and rate limits."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from service.app import create_app
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.contributions.world import HOME, Newsroom

LOOKALIKES = [
    "null", "", f"{HOME}.", f"{HOME}:443", f"{HOME}:8443", f"{HOME}/", "http://courier.example", "https://COURIER.example",
    "https://www.courier.example", f"{HOME}.evil.example", "https://evilcourier.example", "https://user@courier.example",
    "https://evil.example", f"{HOME}, https://other.example",
]  # fmt: skip


def checkout_from(newsroom: Newsroom, origin: str) -> Any:
    body = {"support_token": newsroom.token(), "site": "courier", "interval": "one_off", "amount": "5"}
    return newsroom.client.post("/v1/checkout", json=body, headers={"Origin": origin})


def preflight(newsroom: Newsroom, origin: str) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return newsroom.client.options("/v1/checkout", headers=headers)


def test_a_browser_may_post_json_from_the_sites_own_page(newsroom: Newsroom) -> None:
    response = preflight(newsroom, HOME)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == HOME
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert response.headers["Access-Control-Allow-Methods"] == "POST"
    assert response.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Origin" in response.headers["Vary"]
    assert checkout_from(newsroom, HOME).headers["Access-Control-Allow-Origin"] == HOME


@pytest.mark.parametrize("origin", LOOKALIKES)
def test_an_origin_that_only_looks_like_the_sites_is_refused(newsroom: Newsroom, origin: str) -> None:
    responses = [preflight(newsroom, origin), checkout_from(newsroom, origin)]

    assert [response.headers.get("Access-Control-Allow-Origin") for response in responses] == [None, None]
    assert responses[1].status_code == 403
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("EUR", "1,000"), ("EUR", "1.000"), ("EUR", "1.000,00"), ("EUR", "5e2"), ("EUR", "0x5"), ("EUR", 5.5),
     ("EUR", True), ("JPY", "500.0"), ("JPY", "1.000"), ("KWD", "5")],
)  # fmt: skip
def test_an_ambiguous_amount_is_refused(newsroom: Newsroom, currency: str, amount: Any) -> None:
    response = newsroom.checkout(currency=currency, amount=amount)

    assert response.status_code == 422
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "is_one_caller"),
    [
        (0, "198.51.{n}.1", True),  # no proxy is trusted, so the header is ignored
        (1, "10.{n}.0.1, 203.0.113.7", True),  # the caller can invent everything to the left of the proxy's entry
        (1, "10.0.0.1, 203.0.{n}.7", False),
        (2, "10.{n}.0.1, 198.51.100.9, 203.0.113.7", True),
        (1, "2001:db8:1:1:{n}::1", True),  # all addresses of a /64 network are one caller
        (1, "2001:db8:1:{n}::1", False),
    ],
)
def test_the_trusted_proxy_identifies_the_caller(
    settings: Settings, clock: SettableClock, proxies: int, forwarded: str, *, is_one_caller: bool
) -> None:
    app = create_app(replace(settings, trusted_proxies=proxies), clock=clock, has_background=False)
    services: Services = app.extensions[EXTENSION]
    client, numbers = app.test_client(), count(1)

    statuses = [
        client.get("/thanks", headers={"X-Forwarded-For": forwarded.format(n=next(numbers))}).status_code
        for _ in range(25)
    ]
    services.close()

    assert statuses == ([404] * 20 + [429] * 5 if is_one_caller else [404] * 25)


def test_a_network_can_start_twenty_checkouts_a_minute(newsroom: Newsroom) -> None:
    statuses = [newsroom.checkout().status_code for _ in range(25)]

    assert statuses[:20] == [200] * 20
    assert set(statuses[20:]) == {429}


def test_a_token_can_start_ten_checkouts_an_hour(newsroom: Newsroom) -> None:
    token = newsroom.token()

    responses = [newsroom.checkout(support_token=token) for _ in range(11)]

    assert [response.status_code for response in responses] == [200] * 10 + [429]
    assert responses[-1].json["code"] == "too_many_requests"
    assert 0 < int(responses[-1].headers["Retry-After"]) <= 3600


def test_the_page_does_not_say_why_a_card_was_declined(newsroom: Newsroom) -> None:
    url = newsroom.checkout(amount="5").json["checkout_url"]
    newsroom.stripe.pay(url, card="4000 0000 0000 9995")
    newsroom.settle()
    session_id = newsroom.rows("SELECT checkout_session_id FROM contributions")[0][0]

    page = newsroom.client.get(f"/thanks?session_id={session_id}").text

    assert newsroom.rows("SELECT failure_code FROM charges") == [("card_declined",)]
    assert not [word for word in ("insufficient", "declined", "card_declined", "9995") if word in page]
