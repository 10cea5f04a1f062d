"""Pages are fetched within limits, from public addresses or from the loopback address that was given."""

import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, redirect, request

from service.widget.install.page import fetch
from service.widget.install.page.fetch import PageUnreachableError, address_of, fetch_source
from tests.browser.stub import serving
from tests.widget.install.pages import GOOD


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    """Serve pages that can be read and pages that cannot."""
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


def test_a_page_is_read_with_its_policies_and_its_network(publisher: str) -> None:
    source = fetch_source(f"{publisher}/good")

    assert (source.policies, source.network, len(source.tags)) == (("script-src https:",), "127.0.0.1", 1)


def test_one_redirect_is_followed(publisher: str) -> None:
    assert fetch_source(f"{publisher}/once").url == f"{publisher}/good?from=once"
    assert refusal(f"{publisher}/twice").startswith("it redirects more than once")


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/", "file:///etc/x"]
)
def test_a_redirect_to_a_private_address_is_refused(publisher: str, target: str) -> None:
    assert refusal(f"{publisher}/away?to={target}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://courier.example/", "only https"),
        ("https://10.0.0.1/", "not a public address"),
        ("https://[fd00::1]/", "not a public address"),
        ("https://192.168.1.1:8443/", "not a public address"),
        ("https://0.0.0.0/", "not a public address"),
        ("ftp://courier.example/", "not the address of a web page"),
        ("courier.example", "not the address of a web page"),
        ("https://[broken", "not the address"),
        ("https://courier.example:port/", "not the address"),
    ],
)
def test_an_address_that_is_not_https_or_not_public_is_refused(url: str, words: str) -> None:
    assert words in refusal(url)


def test_loopback_is_fetched_only_if_it_was_given() -> None:
    parts = urlsplit("https://localhost/")

    assert address_of(parts, may_be_loopback=True) in {"127.0.0.1", "::1"}
    with pytest.raises(PageUnreachableError):
        address_of(parts, may_be_loopback=False)


@pytest.mark.parametrize(
    ("path", "words"),
    [("/nowhere", "answers 404"), ("/json", "application/json, not HTML"), ("/torn", "sent no page")],
)
def test_the_message_says_why_an_answer_is_no_page(publisher: str, path: str, words: str) -> None:
    assert words in refusal(publisher + path)


def test_a_server_that_does_not_answer_is_named() -> None:
    assert "sent no page" in refusal("http://127.0.0.1:9/")


def test_compressed_pages_and_unknown_encodings_are_read(publisher: str) -> None:
    assert len(fetch_source(f"{publisher}/packed").tags) == 1
    assert fetch_source(f"{publisher}/odd").language


def test_the_end_of_a_page_over_the_limit_is_not_read(publisher: str) -> None:
    assert fetch_source(f"{publisher}/long").tags == ()


def test_a_page_that_takes_too_long_is_unreachable(publisher: str) -> None:
    with pytest.raises(PageUnreachableError, match="takes too long"):
        fetch_source(f"{publisher}/good", 0)
