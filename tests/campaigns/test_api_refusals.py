"""The staff API refuses callers without the right role, missing documents, and bodies that make no sense."""

from flask import Flask
from flask.testing import FlaskClient

from service.campaigns.documents import MAX_DOCUMENT_BYTES
from tests.campaigns.conftest import Bearer
from tests.campaigns.make import site_document

Headers = dict[str, str]


GUARDED = [
    ("GET", "/v1/sites"),
    ("GET", "/v1/sites/courier"),
    ("PUT", "/v1/sites/courier"),
    ("POST", "/v1/sites/courier/publish"),
    ("POST", "/v1/sites/courier/pause"),
    ("GET", "/v1/sites/courier/versions"),
    ("GET", "/v1/sites/courier/changes"),
    ("GET", "/v1/campaigns"),
    ("GET", "/v1/campaigns/autumn"),
    ("PUT", "/v1/campaigns/autumn"),
    ("POST", "/v1/campaigns/autumn/publish"),
    ("POST", "/v1/campaigns/autumn/pause"),
    ("GET", "/v1/campaigns/autumn/versions"),
    ("GET", "/v1/campaigns/autumn/changes"),
    ("POST", "/v1/pause"),
]


def test_every_route_needs_a_token_with_the_right_role(staff: FlaskClient, bearer: Bearer) -> None:
    finance = bearer("finance")

    for method, path in GUARDED:  # one database for all
        without = staff.open(path, method=method, json={})
        assert (without.status_code, path) == (401, path)
        assert without.headers["WWW-Authenticate"].lower().startswith("bearer")
        assert (staff.open(path, method=method, json={}, headers=finance).status_code, path) == (403, path)


def test_every_route_is_in_the_list_above(staff_app: Flask) -> None:
    rules = [rule for rule in staff_app.url_map.iter_rules() if rule.endpoint.startswith("campaigns.")]

    assert len(rules) == len(GUARDED)


def test_an_auditor_can_read_but_not_change(staff: FlaskClient, editor: Headers, bearer: Bearer) -> None:
    staff.put("/v1/sites/courier", json=site_document(), headers=editor)
    auditor = bearer("auditor")

    assert staff.get("/v1/sites/courier", headers=auditor).status_code == 200
    assert staff.put("/v1/sites/courier", json=site_document(), headers=auditor).status_code == 403
    assert staff.post("/v1/pause", headers=auditor).status_code == 403


ABSENT = [
    ("/v1/sites/nowhere", "GET"),
    ("/v1/sites/%00", "GET"),
    ("/v1/campaigns/nothing", "GET"),
    ("/v1/campaigns/%00/pause", "POST"),
    ("/v1/campaigns/nothing/publish", "POST"),
    ("/v1/campaigns/nothing/pause", "POST"),
    ("/v1/campaigns/nothing/versions", "GET"),
    ("/v1/campaigns/nothing/changes", "GET"),
    ("/v1/sites/nowhere/publish", "POST"),
    ("/v1/sites/nowhere/pause", "POST"),
]


def test_a_missing_document_is_a_404(staff: FlaskClient, editor: Headers) -> None:
    for path, method in ABSENT:  # one database for all
        assert (staff.open(path, method=method, headers=editor).status_code, path) == (404, path)


SENSELESS = [
    (b"{", "application/json", 400),
    (b'{"share": NaN}', "application/json", 400),
    (b'{"key": "a", "key": "b"}', "application/json", 400),
    (b"[" * 9000, "application/json", 400),
    (b"[]", "application/json", 422),
    (b"null", "application/json", 422),
    (b'"x"', "application/json", 422),
    (b'{"key": 5}', "application/json", 409),
    (b'{"key": "autumn", "name": "\\u0000"}', "application/json", 422),
    (b"\xff", "application/yaml", 422),
    (b"x", "text/html", 415),
    (b" " * (MAX_DOCUMENT_BYTES + 1), "application/json", 413),
]


def test_a_body_that_makes_no_sense_is_never_a_500(staff: FlaskClient, editor: Headers) -> None:
    for body, content_type, status in SENSELESS:  # one database for all
        answer = staff.put("/v1/campaigns/autumn", data=body, headers=editor | {"Content-Type": content_type})
        assert (answer.status_code, body[:40]) == (status, body[:40])


def test_an_if_match_that_is_not_a_version_is_refused(staff: FlaskClient, editor: Headers) -> None:
    for tag in ('"x"', "W/1", '"' + "9" * 40 + '"', "²"):
        answer = staff.put("/v1/sites/courier", json=site_document(), headers=editor | {"If-Match": tag})
        assert (answer.status_code, tag) == (400, tag)


def test_unknown_fields_of_a_small_body_are_refused(staff: FlaskClient, editor: Headers) -> None:
    staff.put("/v1/sites/courier", json=site_document(), headers=editor)

    answer = staff.post("/v1/sites/courier/pause", json={"placment": "article_top"}, headers=editor)

    assert answer.status_code == 422
    assert "did you mean placement?" in (answer.json or {})["errors"]["document"][0]
