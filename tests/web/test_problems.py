"""Every error becomes problem details with a stable code, and keeps its own headers."""

import pytest
from flask.testing import FlaskClient


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


def test_the_headers_of_an_error_are_kept(edge: FlaskClient) -> None:
    assert edge.get("/fault/limit").headers["Retry-After"] == "7"
    assert "POST" in edge.get("/greet").headers["Allow"]
    assert edge.get("/fault/store").headers["Retry-After"]


def test_an_unexpected_error_reveals_no_details(edge: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = edge.get("/fault/unexpected")

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert "reader@example.org" not in answer.text
    assert "reader@example.org" not in "".join(capsys.readouterr())


def test_a_request_keeps_the_id_its_proxy_gave_it(edge: FlaskClient) -> None:
    assert edge.get("/nowhere", headers={"X-Request-Id": "proxy-12345678"}).headers["X-Request-Id"] == "proxy-12345678"
    assert edge.get("/nowhere", headers={"X-Request-Id": "a b\tc"}).headers["X-Request-Id"].startswith("req_")
