"""Bodies are strict and bounded in size, and only the site's own origins may call."""

import io

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import SITE_ORIGINS


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/plain;charset=UTF-8"])
def test_json_is_read_from_every_content_type_that_a_browser_may_send(edge: FlaskClient, content_type: str) -> None:
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


def test_deep_nesting_is_refused(edge: FlaskClient) -> None:
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


def test_an_unknown_field_is_named(edge: FlaskClient) -> None:
    answer = edge.post("/greet", json={"name": "Ada", "nmae": "x"})

    assert "nmae" in str(answer.get_json()["errors"])


def test_a_form_is_read_like_json(edge: FlaskClient) -> None:
    assert edge.post("/form", data={"name": "Ada"}).json == {"name": "Ada"}
    assert edge.post("/form", data={"name": "Ada", "x": "1"}).status_code == 422


@pytest.mark.parametrize("origin", SITE_ORIGINS)
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
def test_a_page_of_a_similar_origin_may_not_call(edge: FlaskClient, origin: str) -> None:
    answer = edge.post("/greet", json={"name": "Ada"}, headers={"Origin": origin})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden_origin")
    assert "Access-Control-Allow-Origin" not in answer.headers
