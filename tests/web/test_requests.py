"""The edge: strict bodies, bounded sizes, exact origins, and errors as problem details that keep their headers."""

import io
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from werkzeug.exceptions import BadRequest, TooManyRequests

from service.errors import ConflictError, StoreUnavailableError
from service.logs import configure_logs
from service.web.problems import ProblemApi, answer_errors_as_problems
from service.web.request_log import log_requests
from service.web.requests import Blueprint, add_cors_headers, admit_origin, limited_body, read_json

OWN_ORIGINS = ("https://courier.example", "https://www.courier.example")


class GreetingSchema(Schema):
    name = fields.String(required=True)
    times = fields.Integer(strict=True)


@pytest.fixture
def edge() -> FlaskClient:
    """A small application with the real edge and nothing behind it."""
    app = Flask("edge", static_folder=None)
    app.config.update(API_TITLE="edge", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    blueprint = Blueprint("edge", __name__)

    @blueprint.post("/greet")
    @limited_body(64)
    @blueprint.arguments(GreetingSchema)
    def greet(greeting: dict[str, Any]) -> dict[str, Any]:
        admit_origin(OWN_ORIGINS, "https://support.example")
        return greeting

    @blueprint.post("/form")
    @blueprint.arguments(GreetingSchema, location="json_or_form")
    def form(greeting: dict[str, Any]) -> dict[str, Any]:
        return greeting

    @blueprint.get("/fault/<kind>")
    def fault(kind: str) -> str:
        match kind:
            case "conflict":
                raise ConflictError("someone was faster")
            case "store":
                raise StoreUnavailableError("not committed")
            case "limit":
                raise TooManyRequests(retry_after=7)
            case "unexpected":
                raise ZeroDivisionError("reader@example.org")
        abort(410)

    configure_logs("INFO")
    log_requests(app)
    app.after_request(add_cors_headers)
    ProblemApi(app).register_blueprint(blueprint)
    answer_errors_as_problems(app)
    return app.test_client()


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b"", "body", "is not JSON"),
        (b'{"name": "a",}', "body", "is not JSON"),
        (b"\xff\xfe", "body", "is not UTF-8 text"),
        (b"[" * 5000, "body", "nested"),
        (b'{"name": NaN}', "name", "finite"),
        (b'{"name": "a", "list": [1, -Infinity]}', "list", "finite"),
        (b'{"times": 1e999}', "times", "finite"),
        (b'{"name": "a", "name": "b"}', "name", "twice"),
        (b'{"name": "\\ud800"}', "name", "half a character"),
        (b'{"na\\udfffme": 1}', "na\udfffme", "half a character"),
        (b'["\\ud800"]', "body", "cannot be read"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why_by_field(body: bytes, field: str, words: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_json(body)

    told = refused.value.data["messages"]["json"]  # type: ignore[attr-defined]
    assert list(told) == [field]
    assert words in told[field][0]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/plain;charset=UTF-8"])
def test_plain_json_is_read_however_a_browser_may_send_it(edge: FlaskClient, content_type: str) -> None:
    answer = edge.post("/greet", data='{"name": "Ada"}', content_type=content_type)

    assert (answer.status_code, answer.get_json()) == (200, {"name": "Ada"})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_request"),
        (b"{", 400, "malformed_request"),
        (b"\xff\xfe", 400, "malformed_request"),
        (b'{"name": NaN}', 400, "malformed_request"),
        (b'{"times": 1e999}', 400, "malformed_request"),
        (b'{"name": "a", "name": "b"}', 400, "malformed_request"),
        (b"[" * 60, 400, "malformed_request"),
        (b"[]", 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        (b"{}", 422, "invalid_request"),
        (b'{"name": 5}', 422, "invalid_request"),
        (b'{"name": "a", "more": 1}', 422, "invalid_request"),
        (b'{"name": "a", "times": "1"}', 422, "invalid_request"),
        (b'{"name": "a", "times": 1.5}', 422, "invalid_request"),
        (b'{"name": "' + b"a" * 60 + b'"}', 413, "body_too_large"),
    ],
)
def test_a_bad_body_is_a_problem_with_a_stable_code(edge: FlaskClient, body: bytes, status: int, code: str) -> None:
    answer = edge.post("/greet", data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"


def test_deep_nesting_is_refused_not_crashed_on(edge: FlaskClient) -> None:
    answer = edge.post("/form", data=b"[" * 100_000, content_type="application/json")

    assert answer.status_code == 400


def test_a_body_without_a_length_is_read_only_up_to_its_limit(edge: FlaskClient) -> None:
    answer = edge.post(
        "/greet",
        input_stream=io.BytesIO(b'{"name": "' + b"a" * 500 + b'"}'),
        content_type="application/json",
        environ_overrides={"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True},
    )

    assert answer.status_code == 413


def test_other_content_types_are_refused(edge: FlaskClient) -> None:
    assert edge.post("/greet", data="<a/>", content_type="application/xml").status_code == 415


def test_a_field_that_is_wrong_is_named(edge: FlaskClient) -> None:
    answer = edge.post("/greet", json={"name": "Ada", "nmae": "x"})

    assert "nmae" in str(answer.get_json()["errors"])


def test_a_form_is_read_like_its_json(edge: FlaskClient) -> None:
    assert edge.post("/form", data={"name": "Ada"}).json == {"name": "Ada"}
    assert edge.post("/form", data={"name": "Ada", "x": "1"}).status_code == 422


@pytest.mark.parametrize("origin", OWN_ORIGINS)
def test_a_sites_own_page_may_call_with_credentials(edge: FlaskClient, origin: str) -> None:
    answer = edge.post("/greet", json={"name": "Ada"}, headers={"Origin": origin})

    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://courier.example.evil.example",
        "https://evil-courier.example",
        "http://courier.example",
        "https://courier.example:444",
        "https://courier.example@evil.example",
        "https://COURIER.example",
        "https://cοurier.example".encode("idna").decode(),
    ],
)
def test_a_page_that_only_looks_like_the_sites_own_may_not(edge: FlaskClient, origin: str) -> None:
    answer = edge.post("/greet", json={"name": "Ada"}, headers={"Origin": origin})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden_origin")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fault/conflict", 409, "conflict"),
        ("/fault/store", 503, "store_unavailable"),
        ("/fault/limit", 429, "too_many_requests"),
        ("/fault/gone", 410, "http_410"),
        ("/nowhere", 404, "not_found"),
        ("/greet", 405, "method_not_allowed"),
    ],
)
def test_every_error_is_a_problem(edge: FlaskClient, path: str, status: int, code: str) -> None:
    answer = edge.get(path)

    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["code"]) == (status, status, code)
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_errors_own_headers_are_kept(edge: FlaskClient) -> None:
    assert edge.get("/fault/limit").headers["Retry-After"] == "7"
    assert "POST" in edge.get("/greet").headers["Allow"]
    assert edge.get("/fault/store").headers["Retry-After"]


def test_an_unexpected_error_tells_the_caller_nothing(edge: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = edge.get("/fault/unexpected")

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert "reader@example.org" not in answer.text
    assert "reader@example.org" not in "".join(capsys.readouterr())


def test_a_request_keeps_the_id_its_proxy_gave_it(edge: FlaskClient) -> None:
    assert edge.get("/nowhere", headers={"X-Request-Id": "proxy-12345678"}).headers["X-Request-Id"] == "proxy-12345678"
    assert edge.get("/nowhere", headers={"X-Request-Id": "a b\tc"}).headers["X-Request-Id"].startswith("req_")
