"""A person's own page shows and changes only what is theirs."""

from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from service.database.transaction import committed
from service.services import Services
from service.staff.passkeys.store import passkeys_of
from service.staff.people import Role
from service.staff.session_store import open_sessions
from tests.console.passkey_forms import field, options
from tests.staff.passkeys.authenticator import Authenticator
from tests.staff.signed_in import add_person, client_of


def make(client: FlaskClient, device: Authenticator, name: str) -> int:
    page = client.get("/console/me/passkeys/new").text
    form = {"challenge": field(page, "challenge"), "answer": device.make(options(page)), "name": name}
    return client.post("/console/me/passkeys/new", data=form).status_code


def test_a_person_makes_sees_and_removes_passkeys(app: Flask, app_services: Services) -> None:
    ana = add_person(app_services, Role.EDITOR)
    client = client_of(app, ana)
    assert "You have no passkey yet" in client.get("/console/me").text
    assert make(client, Authenticator(), "Phone <1>") == 303
    assert make(client, Authenticator(credential_id=b"credential-2"), "Laptop") == 303
    page = client.get("/console/me").text
    assert "You can now sign in with the passkey “Laptop”." in page
    assert "Phone &lt;1&gt;" in page

    with committed(app_services.engine) as connection:
        ids = {passkey.name: passkey.id for passkey in passkeys_of(connection, ana.id)}
    for name in ("Phone <1>", "Laptop"):
        client.post(f"/console/me/passkeys/{ids[name]}/remove")

    page = client.get("/console/me").text
    assert "Phone" not in page
    assert "This is your only way to sign in" in page


def test_a_refused_passkey_keeps_the_name_that_was_typed(app: Flask, app_services: Services) -> None:
    client = client_of(app, add_person(app_services))

    answer = client.post("/console/me/passkeys/new", data={"name": "My “phone”", "answer": "x", "challenge": "x"})

    assert answer.status_code == 422
    assert field(answer.text, "name") == "My “phone”"
    assert "This passkey could not be checked" in answer.text


def test_a_person_ends_an_own_session_elsewhere_and_no_session_of_others(app: Flask, app_services: Services) -> None:
    ana, bea = add_person(app_services), add_person(app_services, name="Bea")
    here, there, of_bea = client_of(app, ana), client_of(app, ana), client_of(app, bea)
    with committed(app_services.engine) as connection:
        (session_of_bea,) = open_sessions(connection, bea.id, app_services.clock())
        sessions = open_sessions(connection, ana.id, app_services.clock())
    page = here.get("/console/me").text
    (other,) = [session for session in sessions if f"/sessions/{session.id}/end" in page]

    assert here.post(f"/console/me/sessions/{session_of_bea.id}/end").status_code == 404
    assert here.post(f"/console/me/sessions/{other.id}/end").status_code == 303

    assert (here.get("/console/me").status_code, there.get("/console/me").status_code) == (200, 303)
    assert of_bea.get("/console/me").status_code == 200


def test_the_page_says_what_the_roles_allow(app: Flask, app_services: Services) -> None:
    person = add_person(app_services, Role.PUBLISHER, name="Bea", sites=frozenset({"herald", "courier"}))

    page = unescape(client_of(app, person).get("/console/me").text)

    assert "You are Bea (bea@courier.example)." in page
    assert "You work for courier, herald." in page
    assert "publishes and pauses campaigns" in page
    assert "Times in Europe/Dublin." in page
