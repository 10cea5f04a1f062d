"""Callers cannot make up an address, a scheme or a request id, and every answer has the headers of every answer."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from infra.bench.newsroom import NOW, ORIGIN, page_view, snapshot_of
from service.app import create_app
from service.campaigns.snapshot.holder import SnapshotHolder
from service.logs import configure_logs
from service.services import EXTENSION, Services
from service.settings import Settings
from service.web.headers import EVERY_ANSWER
from service.web.public_host import PublicHost
from service.web.requests import Environ, StartResponse
from tests.contract.snapshot import contract_app

SETTINGS = Settings(
    public_url="https://support.courier.example:8443/keepopen",
    secret_keys=("a-key-of-the-tests-a-key-of-the-tests",),
    stripe_api_key="sk_test_of_the_tests",
    stripe_webhook_secrets=("whsec_of_the_tests",),
)


def seen_behind(settings: Settings, *, times: int = 1, **sent: str) -> Environ:
    """Send a request through the door and return the environment that the application behind it gets."""
    seen: list[Environ] = []

    def behind(environ: Environ, _: StartResponse) -> Iterable[bytes]:
        seen.append(environ)
        return []

    door = PublicHost(behind, settings)
    for _ in range(times):
        door({"HTTP_HOST": "evil.example", "wsgi.url_scheme": "http", **sent}, lambda *_: None)
    return seen[-1]


@pytest.mark.parametrize("host", ["evil.example", "support.courier.example.evil.example", "", "a b", "[::1"])
def test_host_and_scheme_are_those_of_the_public_address(host: str) -> None:
    environ = seen_behind(SETTINGS, HTTP_HOST=host)

    assert (environ["HTTP_HOST"], environ["wsgi.url_scheme"]) == ("support.courier.example:8443", "https")


def test_the_path_before_ours_is_that_of_the_public_address_and_never_a_callers() -> None:
    assert seen_behind(SETTINGS, SCRIPT_NAME="/evil")["SCRIPT_NAME"] == "/keepopen"
    assert seen_behind(replace(SETTINGS, public_url="https://a.example"), SCRIPT_NAME="/evil")["SCRIPT_NAME"] == ""


def test_a_request_id_is_taken_over_only_from_a_trusted_proxy() -> None:
    trusting = replace(SETTINGS, trusted_proxies=1)

    assert "HTTP_X_REQUEST_ID" not in seen_behind(SETTINGS, HTTP_X_REQUEST_ID="chosen-by-anybody")
    assert seen_behind(trusting, HTTP_X_REQUEST_ID="of-our-proxy")["HTTP_X_REQUEST_ID"] == "of-our-proxy"


def test_an_unexpected_proxy_is_logged_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("WARNING")
    seen_behind(SETTINGS, times=3, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert capsys.readouterr().err.count("forwarded_address_ignored") == 1

    seen_behind(replace(SETTINGS, trusted_proxies=1), HTTP_X_FORWARDED_FOR="203.0.113.9")
    seen_behind(SETTINGS)
    assert "forwarded_address_ignored" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def whole() -> Flask:
    """The whole service with a newsroom in memory and no database."""
    app = contract_app(clock=lambda: NOW)
    services: Services = app.extensions[EXTENSION]
    services.part(SnapshotHolder)._replace(snapshot_of(2))
    return app


@pytest.fixture
def client(whole: Flask) -> FlaskClient:
    return whole.test_client()


@pytest.mark.parametrize(
    "path",
    ["/support//courier", "//support/courier", "/support/courier/", "/v1//decide", "//evil.example/support", "/livez/"],
)
def test_no_path_is_answered_with_a_redirect(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})

    assert "Location" not in answer.headers
    assert answer.status_code in {200, 404, 405}


ANSWERS = [
    ("POST", "/v1/decide"),  # the fast path
    ("GET", "/v1/decide"),
    ("OPTIONS", "/v1/decide"),
    ("POST", "/v1/events"),
    ("POST", "/v1/checkout"),
    ("POST", "/webhooks/stripe"),
    ("GET", "/v1/widget.js"),
    ("GET", "/v1/widget/integrity.json"),
    ("GET", "/v1/openapi.json"),
    ("GET", "/livez"),
    ("GET", "/my-data?site=tide"),
    ("GET", "/support/nowhere"),
    ("GET", "/nowhere"),
    ("BREW", "/nowhere"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_every_answer_has_the_headers_of_every_answer(client: FlaskClient, method: str, path: str) -> None:
    body = page_view(1) if path == "/v1/decide" and method == "POST" else None
    answer = client.open(path, method=method, json=body, headers={"Origin": ORIGIN})

    for name, value in EVERY_ANSWER:
        assert value in answer.headers.getlist(name)[0].split(", "), f"{name} is missing"
        assert len(answer.headers.getlist(name)) == 1


def test_a_page_has_one_referrer_policy(client: FlaskClient) -> None:
    page = client.get("/support/nowhere", headers={"Accept": "text/html"})

    assert page.headers.getlist("Referrer-Policy") == ["strict-origin-when-cross-origin"]
    assert 'name="referrer"' not in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 403),
    ],
)
def test_a_post_of_another_sites_page_is_refused_even_without_an_origin(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/v1/decide", json=page_view(1), headers=headers).status_code == status


def test_a_link_from_another_site_still_opens_a_page(client: FlaskClient) -> None:
    answer = client.get("/my-data?site=nowhere", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.get_json()["code"] == "unknown_site"


def test_create_app_puts_the_door_in_front() -> None:
    app = create_app(replace(SETTINGS, database_url="postgresql://nobody@127.0.0.1:9/x"), has_background=False)

    assert isinstance(app.wsgi_app, PublicHost)
