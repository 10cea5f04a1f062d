"""Addresses that one person may have are counted together, also while the shared counters cannot be reached."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from limits import parse
from werkzeug.exceptions import TooManyRequests

from service.web import rate_limits
from service.web.rate_limits import address_prefix, count_request

TWO_A_MINUTE = parse("2 per minute")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_is_counted_by_its_network(address: str | None, network: str) -> None:
    assert address_prefix(address) == network


class LostStore:
    """Counters in a store that does not answer. `calls`: how often it was asked."""

    calls = 0

    def hit(self, *_: object) -> bool:
        self.calls += 1
        raise ConnectionError


@pytest.fixture
def lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[LostStore]:
    lost = LostStore()
    monkeypatch.setattr(rate_limits, "limiter", SimpleNamespace(limiter=lost))
    with app.app_context():
        yield lost


def test_requests_are_counted_in_the_process_while_the_store_does_not_answer(lost: LostStore) -> None:
    for _ in range(2):
        count_request(TWO_A_MINUTE, "key")

    with pytest.raises(TooManyRequests):
        count_request(TWO_A_MINUTE, "key")
    count_request(TWO_A_MINUTE, "another key")
    assert lost.calls == 1  # a store that hangs is not waited for at every request
