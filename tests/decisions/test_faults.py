"""An error of ours while deciding, of whatever type: silence or a problem, counted, logged once without its message."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from infra.bench.newsroom import NOW, ORIGIN, page_view, snapshot_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions import api, decide_view, fast_path
from service.logs import configure_logs
from service.services import EXTENSION, Services
from tests.contract.snapshot import contract_app

SECRET = "reader@example.org"


class OwnError(Exception):
    """An error that no list of types names."""


ERRORS = [
    RuntimeError,
    ValueError,
    KeyError,
    OwnError,
    RecursionError,
    MemoryError,
    OSError,
    AssertionError,
    StopIteration,
]


@pytest.fixture
def whole() -> Flask:
    app = contract_app(clock=lambda: NOW)
    services: Services = app.extensions[EXTENSION]
    services.part(SnapshotHolder)._replace(snapshot_of(2))
    return app


def raising(error: type[Exception]) -> Callable[..., Any]:
    def broken(*_: object, **__: object) -> Any:
        raise error(SECRET)

    return broken


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def faults(client: FlaskClient) -> list[str]:
    return [line for line in client.get("/metrics").text.splitlines() if 'outcome="fault"' in line]


@pytest.mark.parametrize("more", [{}, {"reader_assertion": "a.b.c"}], ids=["fast path", "Flask route"])
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_the_engine_is_silence(
    whole: Flask,
    error: type[Exception],
    more: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("ERROR")  # to the standard error that capsys reads
    client = whole.test_client()
    monkeypatch.setattr(decide_view, "decide", raising(error))

    answer = client.post("/v1/decide", json=page_view(1) | more, headers={"Origin": ORIGIN})

    body = answer.get_json()
    assert (answer.status_code, body["prompts"], body["access"]["state"]) == (200, [], "open")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    logged = capsys.readouterr().err
    (line,) = lines(logged)
    assert (line["event"], line["error_type"], line["request_id"]) == (
        "decision_failed",
        error.__name__,
        answer.headers["X-Request-Id"],
    )
    assert line["places"][-1].startswith("test_faults.py:")
    assert SECRET not in logged
    assert faults(client)[0].endswith(" 1.0")


@pytest.mark.parametrize("more", [{}, {"reader_assertion": "a.b.c"}], ids=["fast path", "Flask route"])
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_around_the_engine_is_a_problem(
    whole: Flask,
    error: type[Exception],
    more: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("ERROR")
    client = whole.test_client()
    for road in (api, fast_path):
        monkeypatch.setattr(road, "page_view_of", raising(error))

    answer = client.post("/v1/decide", json=page_view(1) | more, headers={"Origin": ORIGIN})

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.get_json()["code"] == "internal_error"
    assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    logged = capsys.readouterr().err
    (line,) = lines(logged)
    assert (line["event"], line["error_type"]) == ("unexpected_error", error.__name__)
    assert SECRET not in answer.text + logged
    assert faults(client)[0].endswith(" 1.0")
    assert 'keepopen_errors_total{route="/v1/decide"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_the_fast_path_alone_is_answered_by_the_route(
    whole: Flask, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_path, "answer_json", raising(error))

    answer = whole.test_client().post("/v1/decide", json=page_view(1))

    assert (answer.status_code, answer.get_json()["access"]["state"]) == (200, "open")
