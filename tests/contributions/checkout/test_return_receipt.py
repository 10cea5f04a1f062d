"""POST /v1/receipt: the receipt in the link back adds a contribution to a passport in local storage."""

import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.contributions.checkout.return_receipt import ReturnReceipt, seal_receipt
from service.money import Interval
from service.web.rate_limits import limiter
from tests.contributions.world import HOME, Newsroom


def receipt_of(newsroom: Newsroom, **fields: Any) -> str:
    """Contribute, and return the receipt in the link of the thank-you page."""
    session_id = newsroom.give(**fields)
    page = newsroom.client.get(f"/thanks?session_id={session_id}").text
    found = re.search(r'href="https://courier\.example/a#keepopen-thanks=([\w-]+)"', page)
    assert found is not None, page
    newsroom.client.delete_cookie("__Host-keepopen-courier")
    return found[1]


def send_receipt(newsroom: Newsroom, receipt: str, site: str = "courier", **more: str) -> Any:
    body = {"site": site, "receipt": receipt, **more}
    headers = {"Origin": HOME, "Content-Type": "text/plain"}
    return newsroom.client.post("/v1/receipt", json=body, headers=headers)


def view(newsroom: Newsroom, number: int, passport: str) -> Any:
    body = {
        "site": "courier", "view_id": f"view-{number}", "page_id": f"/a/{number}", "page_type": "article",
        "placements": ["article_top"], "consent": "full", "passport": passport,
    }  # fmt: skip
    return newsroom.client.post("/v1/decide", json=body, headers={"Origin": HOME}).json


@pytest.mark.parametrize(("interval", "status"), [("one_off", "one_off"), ("month", "recurring")])
def test_a_receipt_adds_the_contribution_to_a_local_passport(newsroom: Newsroom, interval: str, status: str) -> None:
    before = view(newsroom, 1, "")
    assert before["reader"]["supporter"] == "none"

    answer = send_receipt(newsroom, receipt_of(newsroom, interval=interval), passport=before["passport"])

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    after = view(newsroom, 2, answer.json["passport"])
    assert after["reader"]["supporter"] == status
    assert after["reader"]["article_count"] == before["reader"]["article_count"] + 1


def test_a_reader_without_a_passport_gets_one_with_the_contribution(newsroom: Newsroom) -> None:
    passport = send_receipt(newsroom, receipt_of(newsroom)).json["passport"]

    assert view(newsroom, 1, passport)["reader"]["supporter"] == "one_off"


def test_a_receipt_is_valid_for_an_hour(newsroom: Newsroom) -> None:
    receipt = receipt_of(newsroom)
    newsroom.clock.advance(minutes=60)
    assert send_receipt(newsroom, receipt).status_code == 200
    newsroom.clock.advance(seconds=1)

    answer = send_receipt(newsroom, receipt)

    assert (answer.status_code, answer.json["code"]) == (403, "invalid_token")


def test_a_shared_receipt_makes_at_most_ten_supporters(newsroom: Newsroom) -> None:
    receipt = receipt_of(newsroom, interval="month")
    session_id = newsroom.rows("SELECT checkout_session_id FROM contributions")[0][0]

    answers = [send_receipt(newsroom, receipt) for _ in range(12)]
    page = newsroom.client.get(f"/thanks?session_id={session_id}")
    another = send_receipt(newsroom, receipt_of(newsroom))

    assert [answer.status_code for answer in answers] == [200] * 9 + [403] * 3  # the page was first
    assert answers[-1].json["code"] == "invalid_token"
    assert (page.status_code, "Set-Cookie" in page.headers) == (200, False)
    assert another.status_code == 200


def test_a_forged_receipt_is_refused(newsroom: Newsroom) -> None:
    receipt = receipt_of(newsroom)
    forged = [receipt[:-2], receipt[::-1], "x", newsroom.token()]

    assert {send_receipt(newsroom, text).status_code for text in forged} == {403}
    assert send_receipt(newsroom, receipt, site="elsewhere").status_code == 404


def test_a_receipt_of_another_release_is_refused(newsroom: Newsroom) -> None:
    ring, instant = newsroom.services.keys, int(newsroom.clock().timestamp())
    older = ring.sealer("return receipt", "courier").seal(json.dumps(["one_off", None, instant]).encode())

    assert send_receipt(newsroom, older).status_code == 403


def test_only_the_sites_own_pages_may_send_a_receipt(newsroom: Newsroom) -> None:
    body = {"site": "courier", "receipt": receipt_of(newsroom)}

    answer = newsroom.client.post("/v1/receipt", json=body, headers={"Origin": "https://other.example"})

    assert answer.status_code == 403
    assert "passport" not in answer.text


def test_an_unfinished_checkout_has_no_receipt(newsroom: Newsroom) -> None:
    newsroom.checkout()
    session_id = newsroom.rows("SELECT checkout_session_id FROM contributions")[0][0]

    assert "#keepopen-" not in newsroom.client.get(f"/thanks?session_id={session_id}").text


@pytest.fixture
def frequent_thread_switches(monkeypatch: pytest.MonkeyPatch, newsroom: Newsroom) -> Iterator[None]:
    """Let threads switch as often as possible.

    The rate limiter's memory store must not start its clean-up timer, because such threads would start it twice.
    """
    assert limiter.storage is not None, newsroom
    monkeypatch.setattr(limiter.storage, "timer", threading.current_thread())
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("frequent_thread_switches")
def test_simultaneous_receipts_are_counted_separately_per_contribution(newsroom: Newsroom) -> None:
    ring, instant = newsroom.services.keys, int(newsroom.clock().timestamp())
    returned = [ReturnReceipt(f"ctb_{number}", Interval.MONTH, None) for number in range(20)]
    receipts = [seal_receipt(ring, "courier", receipt, instant) for receipt in returned]

    def send(number: int) -> int:
        client = newsroom.client.application.test_client()
        body = {"site": "courier", "receipt": receipts[number % 20]}
        headers, caller = {"Origin": HOME}, {"REMOTE_ADDR": f"198.51.{number % 20}.1"}
        return client.post("/v1/receipt", json=body, headers=headers, environ_base=caller).status_code

    with ThreadPoolExecutor(8) as readers:
        statuses = Counter(readers.map(send, range(20 * 10)))

    assert statuses == {200: 20 * 10}
    assert [send(number) for number in range(20)] == [403] * 20
