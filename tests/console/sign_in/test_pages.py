"""The sign-in pages: every way in begins a new session, leads back to the console only, and is refused in words."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.database.transaction import committed
from service.services import Services
from service.staff.inviting import Wish, invite
from service.staff.passkeys.using import begin_making, keep_passkey
from service.staff.people import COMMAND_LINE, Person, Role
from service.staff.session_store import open_sessions
from tests.conftest import SettableClock
from tests.console.passkey_forms import field, options
from tests.staff.passkeys.authenticator import Authenticator
from tests.staff.signed_in import add_person, client_of

COOKIE = "__Host-keepopen-staff"


@pytest.fixture
def ana(app_services: Services) -> Person:
    return add_person(app_services, Role.EDITOR)


@pytest.fixture
def device(app_services: Services, ana: Person) -> Authenticator:
    """A device that holds a passkey of Ana."""
    device = Authenticator()
    ceremony = begin_making(app_services, ana)
    keep_passkey(app_services, ana, "Phone", ceremony.challenge, device.make(ceremony.options))
    return device


def visitor_of(app: Flask) -> FlaskClient:
    """Return a browser that is not signed in, and whose forms come from the console."""
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "https://support.courier.example"
    return client


def use_passkey(client: FlaskClient, device: Authenticator, address: str = "/console/sign-in") -> TestResponse:
    page = client.get(address).text
    form = {"challenge": field(page, "challenge"), "answer": device.sign_in(options(page)), "next": field(page, "next")}
    return client.post("/console/sign-in", data=form | ({"again": "1"} if "again=1" in address else {}))


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    return cookie.value if cookie is not None else ""


def test_a_passkey_signs_in_and_leads_back(app: Flask, device: Authenticator) -> None:
    client = visitor_of(app)
    address = client.get("/console/me?x=1&y=2").location

    answer = use_passkey(client, device, address)

    assert (answer.status_code, answer.location) == (303, "/console/me?x=1&y=2")
    assert client.get("/console/me").status_code == 200
    assert client.get(address).location == "/console/me?x=1&y=2"


@pytest.mark.parametrize(
    "page", ["//evil.example", "https://evil.example/console", "/\\evil.example", "/console\n.evil"]
)
def test_signing_in_leads_to_no_other_site(app: Flask, device: Authenticator, page: str) -> None:
    client = visitor_of(app)

    shown = client.get("/console/sign-in", query_string={"next": page}).text
    form = {"challenge": field(shown, "challenge"), "answer": device.sign_in(options(shown)), "next": page}

    assert field(shown, "next") == "/console"
    assert client.post("/console/sign-in", data=form).location == "/console"
    assert client.get("/console/sign-in", query_string={"next": page}).location == "/console"


def test_signing_in_again_begins_a_new_session_and_ends_the_old_one(
    app: Flask, app_services: Services, ana: Person, device: Authenticator
) -> None:
    client = client_of(app, ana)
    planted = cookie_of(client)

    answer = use_passkey(client, device, "/console/sign-in?next=/console/me&again=1")

    assert answer.location == "/console/me"
    assert cookie_of(client) not in ("", planted)
    with committed(app_services.engine) as connection:
        assert len(open_sessions(connection, ana.id, app_services.clock())) == 1
    client.set_cookie(COOKIE, planted)
    assert client.get("/console/me").status_code == 303


def test_a_cookie_that_was_planted_before_is_not_the_session(app: Flask, device: Authenticator) -> None:
    client = visitor_of(app)
    client.set_cookie(COOKIE, "x" * 43)

    use_passkey(client, device)

    assert cookie_of(client) != "x" * 43
    assert client.get("/console/me").status_code == 200


def test_a_refused_passkey_is_explained_and_can_be_tried_again(app: Flask, device: Authenticator) -> None:
    client = visitor_of(app)
    refused = client.post("/console/sign-in", data={"next": "/console/me", "answer": "{}"})

    assert refused.status_code == 422
    assert "This passkey could not be checked. Try again" in refused.text
    assert cookie_of(client) == ""
    assert field(refused.text, "next") == "/console/me"


def test_a_one_time_link_signs_in_only_when_its_form_is_sent(app: Flask, app_services: Services) -> None:
    link = invite(
        app_services, Wish("bea@courier.example", frozenset({Role.FINANCE}), name="Bea <b>"), COMMAND_LINE
    ).link
    path = link.removeprefix("https://support.courier.example")
    client = visitor_of(app)
    for _ in range(2):
        shown = client.get(path)
        assert "Sign in as Bea &lt;b&gt;" in shown.text
        assert shown.headers["Referrer-Policy"] == "same-origin"
        assert shown.headers["Cache-Control"] == "no-store"

    answer = client.post(path)

    assert answer.location == "/console/me/passkeys/new"
    assert "Make a passkey" in client.get(answer.location).text
    assert visitor_of(app).post(path).status_code == 422
    assert "has been used or has expired" in visitor_of(app).get(path).text


def test_a_link_sent_from_another_page_signs_nobody_in(app: Flask, app_services: Services) -> None:
    link = invite(app_services, Wish("bea@courier.example", frozenset({Role.FINANCE})), COMMAND_LINE).link
    client = app.test_client()

    answer = client.post(link.removeprefix("https://support.courier.example"), headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert cookie_of(client) == ""


def test_a_person_who_signs_out_is_signed_out(app: Flask, ana: Person) -> None:
    client = client_of(app, ana)
    kept = cookie_of(client)

    answer = client.post("/console/sign-out")

    assert answer.location == "/console/sign-in"
    assert cookie_of(client) == ""
    client.set_cookie(COOKIE, kept)
    assert client.get("/console/me").status_code == 303


def test_attempts_are_limited_by_address(app: Flask) -> None:
    client = visitor_of(app)

    statuses = [client.post("/console/sign-in").status_code for _ in range(21)]

    assert statuses == [422] * 20 + [429]
    assert client.get("/console/sign-in/" + "x" * 43).status_code == 422
    assert client.get("/console/sign-in").status_code == 200


def test_without_a_provider_its_addresses_say_so(app: Flask) -> None:
    client = visitor_of(app)

    assert "newsroom’s account" not in client.get("/console/sign-in").text
    assert "has no sign-in service" in client.get("/console/sign-in/provider").text
    assert "has no sign-in service" in client.get("/console/sign-in/provider/back?code=x&state=y").text


def test_a_fresh_proof_lets_a_person_make_a_passkey(
    app: Flask, ana: Person, device: Authenticator, clock: SettableClock
) -> None:
    client = client_of(app, ana)
    clock.advance(minutes=20)
    address = client.get("/console/me/passkeys/new").location
    assert address == "/console/sign-in?next=/console/me/passkeys/new&again=1"
    assert "Is it still you?" in client.get(address).text

    assert use_passkey(client, device, address).location == "/console/me/passkeys/new"
    assert client.get("/console/me/passkeys/new").status_code == 200
