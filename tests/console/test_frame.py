"""The page around every screen: who gets in, which forms are admitted, how errors look, and the files of the look."""

import gzip
import re
from html import unescape

import pytest
from flask import Flask, render_template_string
from werkzeug.test import TestResponse

from service.console.assets import console_assets
from service.console.frame import asset_address
from service.staff.people import Role
from tests.conftest import SettableClock
from tests.staff.signed_in import signed_in

OWN = "http://localhost"
BROWSER = {"Accept": "text/html"}
ADMITTED = [
    {"Sec-Fetch-Site": "same-origin", "Origin": OWN},
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": OWN},
]
REFUSED = [
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": f"{OWN}.evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
    {"Sec-Fetch-Site": "same-site", "Origin": OWN},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Referer": f"{OWN}/console/"},
]


@pytest.fixture
def own_origin(app: Flask) -> str:
    """The origin of the service under test."""
    return str(app.extensions["keepopen"].settings.public_origin)


def sent_with(app: Flask, headers: dict[str, str], own_origin: str) -> TestResponse:
    """Send a form with these headers, in which OWN stands for the origin of the service."""
    client = signed_in(app)
    del client.environ_base["HTTP_ORIGIN"]
    own = {name: value.replace(OWN, own_origin) for name, value in headers.items()}
    return client.post("/console/no-such-screen", headers=own)


@pytest.mark.parametrize("headers", ADMITTED)
def test_a_form_of_the_console_is_admitted(app: Flask, own_origin: str, headers: dict[str, str]) -> None:
    answer = sent_with(app, headers, own_origin)

    assert answer.status_code == 404  # it got as far as the routes


@pytest.mark.parametrize("headers", REFUSED)
def test_a_form_of_another_page_is_refused(app: Flask, own_origin: str, headers: dict[str, str]) -> None:
    answer = sent_with(app, headers, own_origin)

    assert answer.status_code == 403
    assert answer.get_json()["code"] == "forbidden_origin"


def test_a_zero_byte_is_refused_before_it_meets_the_database(app: Flask) -> None:
    client = signed_in(app)

    assert client.get("/console/people/%00").status_code == 404
    assert client.get("/console/people?after=%00").status_code == 400
    assert client.post("/console/people/invite", data={"name": "a\0"}).status_code == 400


def test_forms_outside_the_console_are_not_concerned(app: Flask) -> None:
    assert app.test_client().post("/consoles").status_code == 404


def test_a_person_who_is_not_signed_in_is_sent_to_the_sign_in_page(app: Flask) -> None:
    answer = app.test_client().get("/console/")

    assert answer.status_code == 303
    assert answer.location == "/console/sign-in?next=/console/"


def test_a_form_whose_session_has_ended_keeps_what_was_typed(app: Flask, clock: SettableClock) -> None:
    client = signed_in(app, Role.FINANCE)
    clock.advance(days=8)
    typed = {"document": 'layout: "xero" <b>\n', "ticked": ["a", "b"]}

    kept = client.post("/console/close/mappings?x=1", data=typed)
    again = re.findall(r'name="([^"]*)" value="([^"]*)"', kept.text)

    assert kept.status_code == 401
    assert "What you typed is kept" in kept.text
    assert 'action="/console/close/mappings?x=1"' in kept.text
    assert [(name, unescape(value)) for name, value in again] == [
        ("document", 'layout: "xero" <b>\n'),
        ("ticked", "a"),
        ("ticked", "b"),
    ]


def test_a_form_without_fields_leads_to_the_sign_in_page(app: Flask, clock: SettableClock) -> None:
    client = signed_in(app)
    clock.advance(days=8)

    assert client.post("/console/record/check").location == "/console/sign-in?next=/console"


def test_an_error_is_a_page_in_a_browser_and_a_problem_for_programs(app: Flask) -> None:
    page = signed_in(app, name="Ana & Co").get("/console/no-such-screen", headers=BROWSER)
    problem = app.test_client().get("/console/no-such-screen")

    assert page.status_code == problem.status_code == 404
    assert "There is no such screen" in page.text
    assert "Ana &amp; Co" in page.text
    assert problem.mimetype == "application/problem+json"


def test_pages_run_no_foreign_code_and_stay_in_no_cache(app: Flask) -> None:
    headers = signed_in(app).get("/console/no-such-screen", headers=BROWSER).headers

    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["bootstrap.min.css", "console.css", "color-scheme.js", "htmx.min.js"])
def test_styles_and_scripts_are_small_and_kept_by_browsers(app: Flask, name: str) -> None:
    with app.test_request_context():
        address = asset_address(name)
    answer = app.test_client().get(address, headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(answer.data) == console_assets()[name].body
    assert len(answer.data) < 40_000
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert app.test_client().get(address.replace("/assets/", "/assets/0")).status_code == 404


def test_the_page_names_the_integrity_of_what_it_loads(app: Flask) -> None:
    page = signed_in(app).get("/console/no-such-screen", headers=BROWSER).text

    for name in ("bootstrap.min.css", "console.css", "color-scheme.js", "htmx.min.js"):
        assert f'integrity="{console_assets()[name].integrity}"' in page


def test_a_field_keeps_what_was_typed_and_names_its_error(app: Flask) -> None:
    template = (
        '{% import "console/macros.html" as ui %}'
        '{{ ui.field("amount", "Amount", "<b>1", error="That is no amount.", hint="Like 10.50") }}'
    )
    with app.test_request_context():
        html = render_template_string(template)

    assert 'value="&lt;b&gt;1"' in html
    assert 'aria-describedby="amount-hint amount-error"' in html
    assert '<p class="invalid-feedback d-block" id="amount-error">That is no amount.</p>' in html
