"""Pages are fetched within bounds, and only from where the operator asked."""

import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, redirect, request

from service.widget.install import fetch
from service.widget.install.fetch import PageUnreachableError, address_of, fetch_source
from tests.browser.stub import serving
from tests.widget.install.pages import GOOD


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    """A server with well-behaved pages and others."""
    app = Flask(__name__)
    app.add_url_rule("/good", "good", lambda: Response(GOOD, headers={"Content-Security-Policy": "script-src https:"}))
    app.add_url_rule("/once", "once", lambda: redirect("/good?from=once"))
    app.add_url_rule("/twice", "twice", lambda: redirect("/once"))
    app.add_url_rule("/away", "away", lambda: redirect(request.args["to"]))
    app.add_url_rule("/json", "json", lambda: {"a": 1})
    app.add_url_rule("/long", "long", lambda: Response("x" * fetch.MAX_PAGE_BYTES + GOOD))
    app.add_url_rule(
        "/odd", "odd", lambda: Response(b'<html lang="\xe9">', content_type="text/html; charset=none-such")
    )
    app.add_url_rule(
        "/packed", "packed", lambda: Response(gzip.compress(GOOD.encode()), headers={"Content-Encoding": "gzip"})
    )
    app.add_url_rule("/torn", "torn", lambda: Response(b"not packed", headers={"Content-Encoding": "gzip"}))
    with serving(app) as url:
        yield url


def refusal(url: str) -> str:
    with pytest.raises(PageUnreachableError) as refused:
        fetch_source(url, 5)
    return str(refused.value)


def test_a_page_comes_with_its_policies_and_its_network(publisher: str) -> None:
    source = fetch_source(f"{publisher}/good")

    assert (source.policies, source.network, len(source.tags)) == (("script-src https:",), "127.0.0.1", 1)


def test_one_redirect_is_followed_and_its_end_is_the_page(publisher: str) -> None:
    assert fetch_source(f"{publisher}/once").url == f"{publisher}/good?from=once"
    assert refusal(f"{publisher}/twice").startswith("it redirects more than once")


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/", "file:///etc/x"]
)
def test_a_redirect_leads_to_no_private_address(publisher: str, target: str) -> None:
    assert refusal(f"{publisher}/away?to={target}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://courier.example/", "only https"),
        ("https://10.0.0.1/", "not a public address"),
        ("https://[fd00::1]/", "not a public address"),
        ("https://192.168.1.1:8443/", "not a public address"),
        ("https://0.0.0.0/", "not a public address"),
        ("ftp://courier.example/", "not an address of a page"),
        ("courier.example", "not an address of a page"),
        ("https://[broken", "not an address"),
        ("https://courier.example:port/", "not an address"),
    ],
)
def test_what_is_neither_https_nor_public_is_not_looked_at(url: str, words: str) -> None:
    assert words in refusal(url)


def test_loopback_is_looked_at_only_where_it_was_given() -> None:
    parts = urlsplit("https://localhost/")

    assert address_of(parts, may_be_loopback=True) in {"127.0.0.1", "::1"}
    with pytest.raises(PageUnreachableError):
        address_of(parts, may_be_loopback=False)


@pytest.mark.parametrize(
    ("path", "words"),
    [("/nowhere", "answers 404"), ("/json", "application/json, not HTML"), ("/torn", "gives no page")],
)
def test_what_is_no_page_is_said(publisher: str, path: str, words: str) -> None:
    assert words in refusal(publisher + path)


def test_nobody_there_is_said() -> None:
    assert "gives no page" in refusal("http://127.0.0.1:9/")


def test_packed_pages_and_unknown_encodings_are_read(publisher: str) -> None:
    assert len(fetch_source(f"{publisher}/packed").tags) == 1
    assert fetch_source(f"{publisher}/odd").language


def test_beyond_its_bound_a_page_is_not_read(publisher: str) -> None:
    assert fetch_source(f"{publisher}/long").tags == ()


def test_a_page_that_takes_too_long_is_left(publisher: str) -> None:
    with pytest.raises(PageUnreachableError, match="takes too long"):
        fetch_source(f"{publisher}/good", 0)
