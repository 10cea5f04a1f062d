"""The fast path and the Flask route give equal answers, and a request that is not plain reaches the route unchanged."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from infra.bench.newsroom import NOW, ORIGIN, SITE, compiled_newsroom, heavy_reader, page_view, snapshot_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.variant import Ticker
from service.decisions.fast_path import FastPath
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import cookie_name
from service.services import EXTENSION, Services
from service.web.front_door import FrontDoor
from tests.contract.snapshot import contract_app
from tests.decisions import make

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


def through_the_door(whole: Flask) -> FlaskClient:
    assert isinstance(whole.wsgi_app, FrontDoor)
    assert isinstance(whole.wsgi_app._behind, FastPath)
    return whole.test_client()


def behind_the_door(whole: Flask) -> FlaskClient:
    plain = Flask("plain")
    plain.wsgi_app = whole.wsgi_app._behind._behind  # type: ignore[attr-defined,method-assign]
    return plain.test_client()


def told(client: FlaskClient, services: Services, raw: bytes, passport: str | None, **headers: str) -> Any:
    """Return the status, the body without its random parts, the reader in the cookie, and the headers that matter."""
    name = cookie_name(SITE, is_https=services.settings.is_https)
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES, st.integers(0, 2), st.sampled_from([ORIGIN, None, "https://elsewhere.example"]))
def test_the_fast_path_answers_like_the_route(
    whole: Flask, passports: list[str | None], body: dict[str, Any], which: int, origin: str | None
) -> None:
    services: Services = whole.extensions[EXTENSION]
    raw = json.dumps(body).encode()
    headers = {"Origin": origin} if origin else {}

    door = told(through_the_door(whole), services, raw, passports[which], **headers)
    route = told(behind_the_door(whole), services, raw, passports[which], **headers)

    assert door == route


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'{"site":"nowhere","view_id":"v","page_id":"p"}', b"x" * 5000])
def test_the_route_answers_what_the_fast_path_refuses(whole: Flask, raw: bytes) -> None:
    services: Services = whole.extensions[EXTENSION]

    assert told(through_the_door(whole), services, raw, None) == told(behind_the_door(whole), services, raw, None)


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


class UnluckyError(Exception):
    """An error that nobody expects."""


class BreakingSums(dict[str, int]):
    """Amounts raised that raise an error while the rules are asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get(self, *_: object) -> Any:
        raise self.error


class BreakingZone(tzinfo):
    """A timezone that raises an error before the rules are asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def utcoffset(self, _: object) -> Any:
        raise self.error

    def fromutc(self, _: object) -> Any:
        raise self.error

    def dst(self, _: object) -> None:
        return None

    def tzname(self, _: object) -> str:
        return "broken"


SECRET = "ann@reader.example"
ERRORS = [
    error(SECRET) for error in (RuntimeError, ValueError, KeyError, RecursionError, OSError, MemoryError, UnluckyError)
]


def broken(whole: Flask, **changes: Any) -> Services:
    """Break the snapshot of the site, which has a campaign with a goal."""
    services: Services = whole.extensions[EXTENSION]
    ticker = Ticker(goal_minor=100, currency="EUR", labels=(), stops_at_goal=True)
    goal = make.campaign(site=SITE, variants=(make.variant(ticker=ticker),))
    snapshot = snapshot_of(1)
    site = replace(snapshot.sites[SITE], campaigns=(goal,), **changes)
    services.part(SnapshotHolder)._replace(replace(snapshot, sites={SITE: site}))
    return services


def faults(services: Services) -> float:
    lines = services.metrics.exposition().decode().splitlines()
    found = [line for line in lines if line.startswith("keepopen_decisions_total{") and 'outcome="fault"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in found)


@pytest.fixture
def breakable(whole: Flask) -> Iterator[Flask]:
    yield whole
    services: Services = whole.extensions[EXTENSION]
    services.part(SnapshotHolder)._replace(snapshot_of(20))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_fault_of_any_type_while_deciding_is_silence_and_is_counted_once(breakable: Flask, error: Exception) -> None:
    services = broken(breakable, raised_minor=BreakingSums(error))
    before = faults(services)

    with capture_logs() as logged:
        answer = through_the_door(breakable).post("/v1/decide", json=page_view(1), headers={"Origin": ORIGIN})

    assert (answer.status_code, answer.get_json()["prompts"]) == (200, [])
    assert answer.get_json()["access"]["state"] == "open"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert faults(services) == before + 1
    failures = [line for line in logged if line["event"] == "decision_failed"]
    assert [(line["site"], line["error_type"]) for line in failures] == [(SITE, type(error).__name__)]
    written = [{name: value for name, value in line.items() if name != "exc_info"} for line in logged]
    assert SECRET not in str(written)  # `exc_info` is written without its message, see tests/test_logs.py


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_fault_of_any_type_elsewhere_is_a_problem_that_the_page_can_read(breakable: Flask, error: Exception) -> None:
    services = broken(breakable, zone=BreakingZone(error))
    before = faults(services)

    with capture_logs() as logged:
        answer = through_the_door(breakable).post("/v1/decide", json=page_view(1), headers={"Origin": ORIGIN})

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["X-Request-Id"]
    assert faults(services) == before + 1
    assert [line["error_type"] for line in logged if line["event"] == "unexpected_error"] == [type(error).__name__]
    assert SECRET not in answer.get_data(as_text=True)
