"""What strangers try on the road to money: other origins, forged addresses, amounts that could be read two ways."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from service.app import create_app
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.contributions.conftest import Newsroom

OWN = "https://courier.example"
LOOKALIKES = [
    "null", "", f"{OWN}.", f"{OWN}:443", f"{OWN}:8443", f"{OWN}/", "http://courier.example", "https://COURIER.example",
    "https://www.courier.example", f"{OWN}.evil.example", "https://evilcourier.example", "https://user@courier.example",
    f"{OWN}, https://other.example",
]  # fmt: skip


def asked(newsroom: Newsroom, origin: str) -> Any:
    body = {"support_token": newsroom.token(), "site": "courier", "interval": "one_off", "amount": "5"}
    return newsroom.client.post("/v1/checkout", json=body, headers={"Origin": origin})


def preflight(newsroom: Newsroom, origin: str) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return newsroom.client.options("/v1/checkout", headers=headers)


def test_a_browser_is_told_that_the_sites_own_page_may_post_json(newsroom: Newsroom) -> None:
    answer = preflight(newsroom, OWN)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == OWN
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Origin" in answer.headers["Vary"]
    assert asked(newsroom, OWN).headers["Access-Control-Allow-Origin"] == OWN


@pytest.mark.parametrize("origin", LOOKALIKES)
def test_an_origin_is_the_sites_own_to_the_letter_or_it_is_not(newsroom: Newsroom, origin: str) -> None:
    answers = [preflight(newsroom, origin), asked(newsroom, origin)]

    assert [answer.headers.get("Access-Control-Allow-Origin") for answer in answers] == [None, None]
    assert answers[1].status_code == 403
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("EUR", "1,000"), ("EUR", "1.000"), ("EUR", "1.000,00"), ("EUR", "5e2"), ("EUR", "0x5"), ("EUR", 5.5),
     ("EUR", True), ("JPY", "500.0"), ("JPY", "1.000"), ("EUR", "٥"), ("EUR", "５"), ("KWD", "5")],
)  # fmt: skip
def test_an_amount_that_is_not_plainly_one_amount_is_refused(newsroom: Newsroom, currency: str, amount: Any) -> None:
    answer = newsroom.checkout(currency=currency, amount=amount)

    assert answer.status_code == 422
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "is_one_caller"),
    [
        (0, "198.51.{n}.1", True),  # nobody is trusted to say so
        (1, "10.{n}.0.1, 203.0.113.7", True),  # what stands left of the proxy's word is the caller's invention
        (1, "10.0.0.1, 203.0.{n}.7", False),
        (2, "10.{n}.0.1, 198.51.100.9, 203.0.113.7", True),
        (1, "2001:db8:1:1:{n}::1", True),  # one network, however many of its addresses
        (1, "2001:db8:1:{n}::1", False),
    ],
)
def test_a_caller_is_who_the_trusted_proxy_says(
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


def test_a_declined_card_is_told_no_reason(newsroom: Newsroom) -> None:
    url = newsroom.checkout(amount="5").json["checkout_url"]
    newsroom.stripe.pay(url, card="4000 0000 0000 9995")
    newsroom.settle()
    session_id = newsroom.rows("SELECT checkout_session_id FROM contributions")[0][0]

    page = newsroom.client.get(f"/thanks?session_id={session_id}").text

    assert newsroom.rows("SELECT failure_code FROM charges") == [("card_declined",)]
    assert not [word for word in ("insufficient", "declined", "card_declined", "9995") if word in page]
