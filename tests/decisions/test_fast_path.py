"""The fast path and the Flask route give equal answers, and a request that is not plain reaches the route unchanged."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.bench.newsroom import NOW, ORIGIN, SITE, compiled_newsroom, heavy_reader, page_view, snapshot_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.fast_path import FastPath
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import passport_cookies
from service.services import EXTENSION, Services
from service.web.public_host import PublicHost
from tests.contract.snapshot import contract_app
from tests.examples import examples

RANDOM_PARTS = {"decision_id", "prompt_token"}
BODIES = st.builds(
    lambda number, more: {**page_view(number), **more},
    st.integers(0, 50),
    st.dictionaries(
        st.sampled_from([*page_view(0), "unknown", "passport", "preview", "reader_assertion", "country"]),
        st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.text(max_size=5), st.just("none"), st.just("full")),
        max_size=2,
    ),
)


@pytest.fixture(scope="module")
def whole() -> Iterator[Flask]:
    """Start the whole service with a newsroom's campaigns and a fixed clock."""
    app = contract_app(clock=lambda: NOW)
    services: Services = app.extensions[EXTENSION]
    services.part(SnapshotHolder)._replace(snapshot_of(20))
    yield app
    services.close()


@pytest.fixture(scope="module")
def passports(whole: Flask) -> list[str | None]:
    services: Services = whole.extensions[EXTENSION]
    heavy = services.part(PassportSealer).seal(heavy_reader(compiled_newsroom(20)), SITE, int(NOW.timestamp()))
    return [None, heavy, "forged"]


def by_the_fast_path(whole: Flask) -> FlaskClient:
    assert isinstance(whole.wsgi_app, PublicHost)
    assert isinstance(whole.wsgi_app._behind, FastPath)
    return whole.test_client()


def by_the_route(whole: Flask) -> FlaskClient:
    plain = Flask("plain")
    plain.wsgi_app = whole.wsgi_app._behind._behind  # type: ignore[attr-defined,method-assign]
    return plain.test_client()


def told(client: FlaskClient, services: Services, raw: bytes, passport: str | None, **headers: str) -> Any:
    """Return the status, the body without its random parts, the reader in the cookie, and the headers that matter."""
    name = passport_cookies(SITE, is_https=services.settings.is_https).name
    if passport:
        headers["Cookie"] = f"{name}={passport}"
    answer = client.post("/v1/decide", data=raw, content_type="text/plain;charset=UTF-8", headers=headers)
    body = answer.get_json()
    for part in (body, *body.get("prompts", [])):
        for random in RANDOM_PARTS & part.keys():
            part[random] = bool(part[random])
    body.pop("request_id", None)
    sealed = body.pop("passport", None) or ""
    cookie = answer.headers.get("Set-Cookie", "")
    if cookie:
        assert cookie.partition("=")[0] == name
        sealed = cookie.partition("=")[2].partition(";")[0]
    reader = services.part(PassportSealer).open(sealed, SITE, int(NOW.timestamp())) if sealed else None
    known = (reader.history.view_count, reader.history.days, reader.prompts) if reader else None
    attributes = cookie.partition(";")[2]
    kept = {name: answer.headers.get(name) for name in ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin")}
    return answer.status_code, body, known, attributes, kept, "Origin" in answer.headers.get("Vary", "")


@settings(
    max_examples=examples(75, many=500), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(BODIES, st.integers(0, 2), st.sampled_from([ORIGIN, None, "https://elsewhere.example"]))
def test_the_fast_path_answers_like_the_route(
    whole: Flask, passports: list[str | None], body: dict[str, Any], which: int, origin: str | None
) -> None:
    services: Services = whole.extensions[EXTENSION]
    raw = json.dumps(body).encode()
    headers = {"Origin": origin} if origin else {}

    door = told(by_the_fast_path(whole), services, raw, passports[which], **headers)
    route = told(by_the_route(whole), services, raw, passports[which], **headers)

    assert door == route


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'{"site":"nowhere","view_id":"v","page_id":"p"}', b"x" * 5000])
def test_the_route_answers_what_the_fast_path_refuses(whole: Flask, raw: bytes) -> None:
    services: Services = whole.extensions[EXTENSION]

    assert told(by_the_fast_path(whole), services, raw, None) == told(by_the_route(whole), services, raw, None)


def test_a_plain_view_never_reaches_the_route(whole: Flask) -> None:
    services: Services = whole.extensions[EXTENSION]
    reached: list[str] = []

    def behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        reached.append(environ["PATH_INFO"])
        start_response("418 I'M A TEAPOT", [])
        return []

    alone = Flask("alone")
    alone.wsgi_app = FastPath(behind, services)  # type: ignore[method-assign]
    client = alone.test_client()

    assert client.post("/v1/decide", json=page_view(1)).status_code == 200
    assert client.get("/v1/decide").status_code == 418
    assert client.post("/v1/events", json={}).status_code == 418
    assert reached == ["/v1/decide", "/v1/events"]
