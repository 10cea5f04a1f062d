"""Addresses that one person may have are counted together, also while the shared counters cannot be reached."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from limits import parse
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from service.logs import configure_logs
from service.web import rate_limits
from service.web.rate_limits import (
    address_prefix,
    count_request,
    count_requests_in,
    limited_by_address,
    limiter,
    read_address,
)

TWO_A_MINUTE = parse("2 per minute")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.7:4433", "203.0.113.0/24"),
        ('"203.0.113.7:4433"', "203.0.113.0/24"),
        (" 203.0.113.7 ", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"),
        ('"[2001:db8:1:2:3:4:5:6]:443"', "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "unknown"),
        ("unknown", "unknown"),
        ("_hidden", "unknown"),
        ("1:2", "unknown"),
        ("[", "unknown"),
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


@given(st.ip_addresses(), st.integers(1, 65535))
def test_a_port_changes_nothing(address: IPv4Address | IPv6Address, port: int) -> None:
    with_port = f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"

    assert read_address(with_port) == read_address(str(address)) is not None


@given(st.text())
def test_no_text_makes_reading_an_address_fail(text: str) -> None:
    assert address_prefix(text) == "unknown" or read_address(text) is not None


@pytest.fixture(scope="module")
def limited_app() -> Flask:
    """An application with a route that takes two requests a minute, behind a trusted proxy."""
    app = Flask("limited")
    count_requests_in(app, "memory://")

    @app.get("/")
    @limited_by_address("2 per minute")
    def view() -> str:
        return "answered"

    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)  # type: ignore[method-assign]
    return app


@pytest.fixture
def limited(limited_app: Flask) -> FlaskClient:
    limiter.reset()
    return limited_app.test_client()


def statuses(client: FlaskClient, addresses: list[str]) -> list[int]:
    return [client.get("/", headers={"X-Forwarded-For": address}).status_code for address in addresses]


@pytest.mark.parametrize(
    ("addresses", "answered"),
    [
        ([f"2001:db8:1:{number:x}::1" for number in range(30)], 20),
        ([f"[2001:db8:1:{number:x}::1]:{4000 + number}" for number in range(30)], 20),
        ([f"2001:db8:{number:x}::1" for number in range(30)], 30),
        ([f"2001:db8:1:2::{number:x}" for number in range(5)], 2),
        ([f"198.51.{number}.7:{4433 + number}" for number in range(30)], 30),
        ([f"198.51.100.7:{4433 + number}" for number in range(5)], 2),
        ([f"203.0.113.9, 198.51.100.{number}" for number in range(5)], 2),
        ([f"203.0.{number}.9, 198.51.100.7" for number in range(5)], 2),
    ],
)
def test_a_limit_can_neither_be_walked_around_nor_fall_on_everybody(
    limited: FlaskClient, addresses: list[str], answered: int
) -> None:
    assert statuses(limited, addresses).count(200) == answered


def test_unreadable_addresses_are_logged_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("WARNING")
    rate_limits._warn_of_unreadable_addresses.cache_clear()

    for address in ("unknown", "unknown", "_hidden"):
        address_prefix(address)

    assert capsys.readouterr().err.count("address_unreadable") == 1
