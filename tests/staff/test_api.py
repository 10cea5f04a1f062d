"""The decorators send browsers without a session to sign in, and explain and record what a role does not allow."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from service.app import create_app
from service.database.transaction import committed
from service.services import EXTENSION, Services
from service.settings import Settings
from service.staff.api import (
    cookie_name,
    current_person,
    drop_session,
    keep_session,
    requires_fresh_sign_in,
    requires_person,
)
from service.staff.people import Role
from service.staff.record_store import all_rows
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import begin_session
from tests.conftest import SettableClock
from tests.staff.signed_in import add_person, client_of, signed_in

pages = Blueprint("staff_test_pages", __name__)


@pages.get("/console/anybody")
@requires_person()
def anybody() -> str:
    return current_person().name


@pages.get("/console/<site>/publish")
@requires_person(Role.PUBLISHER)
def publish(site: str) -> str:
    return site


@pages.route("/console/refund", methods=["GET", "POST"])
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def refund() -> str:
    return "refund"


@pytest.fixture
def app(app: Flask) -> Flask:
    """The service with three pages that the decorators protect."""
    app.register_blueprint(pages)
    return app


def recorded(services: Services) -> list[tuple[str, str, dict[str, Any]]]:
    with committed(services.engine) as connection:
        return [(row.deed.act, row.deed.subject, dict(row.deed.details)) for row in all_rows(connection)]


def test_a_browser_without_a_session_signs_in_and_comes_back(app: Flask) -> None:
    answer = app.test_client().get("/console/courier/publish?days=7&to=//evil.example")

    assert answer.status_code == 303
    assert answer.location == "/console/sign-in?next=/console/courier/publish%3Fdays%3D7%26to%3D//evil.example"


def test_a_form_without_a_session_comes_back_to_its_page_and_to_no_other_site(app: Flask) -> None:
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "https://support.courier.example"
    own = client.post("/console/refund", headers={"Referer": "https://support.courier.example/console/money?x=1"})
    foreign = client.post("/console/refund", headers={"Referer": "https://support.courier.example.evil/console"})

    assert own.location == "/console/sign-in?next=/console/money%3Fx%3D1"
    assert foreign.location == "/console/sign-in?next=/console"


def test_a_person_with_the_role_sees_the_page(app: Flask) -> None:
    assert signed_in(app, Role.PUBLISHER).get("/console/courier/publish").text == "courier"
    assert signed_in(app, Role.VIEWER, name="Bea").get("/console/anybody").text == "Bea"


def test_a_missing_role_is_explained_and_recorded(app: Flask, app_services: Services) -> None:
    client = signed_in(app, Role.EDITOR, Role.FINANCE)

    answer = client.get("/console/courier/publish")

    assert answer.status_code == 403
    assert "This needs the role publisher (publishes and pauses campaigns). You are signed in as Ana" in answer.text
    assert recorded(app_services)[-1] == (
        "refused",
        "/console/courier/publish",
        {"method": "GET", "why": "wrong_role"},
    )


def test_a_site_of_others_looks_like_a_site_that_does_not_exist(app: Flask) -> None:
    client = signed_in(app, Role.PUBLISHER, sites=frozenset({"courier"}))

    assert client.get("/console/courier/publish").status_code == 200
    answer = client.get("/console/herald/publish")
    assert answer.status_code == 404
    assert "there is no site herald" in answer.text


def test_a_fresh_sign_in_lasts_15_minutes_for_a_page_and_30_for_its_form(app: Flask, clock: SettableClock) -> None:
    client = signed_in(app, Role.FINANCE)

    clock.advance(minutes=15, seconds=-1)
    assert client.get("/console/refund").status_code == 200
    clock.advance(seconds=1)
    assert client.get("/console/refund").location == "/console/sign-in?next=/console/refund&again=1"
    clock.advance(minutes=15, seconds=-1)
    assert client.post("/console/refund").status_code == 200
    clock.advance(seconds=1)
    assert client.post("/console/refund").status_code == 303


def test_the_cookie_is_bound_to_this_host_and_hidden_from_scripts(app: Flask, app_services: Services) -> None:
    person = add_person(app_services)
    with app.test_request_context(), committed(app_services.engine) as connection:
        response = Response()
        keep_session(response, begin_session(connection, person, SignIn(Proof.LINK, ""), app_services.clock()))

    name, *attributes = response.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-keepopen-staff=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=604800"} <= set(attributes)
    assert not [attribute for attribute in attributes if attribute.startswith("Domain")]


def test_signing_out_removes_the_cookie(app: Flask) -> None:
    with app.test_request_context():
        response = Response()
        drop_session(response)

    assert response.headers["Set-Cookie"].startswith("__Host-keepopen-staff=; Expires=Thu, 01 Jan 1970")
    assert "Secure" in response.headers["Set-Cookie"]


def test_a_cookie_without_the_prefix_is_ignored_on_https(app: Flask, app_services: Services) -> None:
    """A page of a subdomain could plant a cookie without the prefix."""
    client = client_of(app, add_person(app_services))
    cookie = client.get_cookie("__Host-keepopen-staff")
    assert cookie is not None
    other = app.test_client()
    other.set_cookie("keepopen-staff", cookie.value)

    assert other.get("/console/anybody").status_code == 303
    assert cookie_name(is_https=False) == "keepopen-staff"


def test_a_part_of_a_page_says_that_the_session_has_ended_and_keeps_what_was_typed(app: Flask) -> None:
    answer = app.test_client().get("/console/anybody", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "You are signed out. What you typed is still here" in answer.text
    assert 'target="_blank"' in answer.text


def test_a_service_to_try_out_on_this_machine_asks_for_no_proof_that_it_cannot_take(
    settings: Settings, clock: SettableClock
) -> None:
    """Browsers make no passkeys for the host 127.0.0.1, so a person could not go on after 15 minutes."""
    for host, status in (("127.0.0.1", 200), ("localhost", 303)):
        app = create_app(replace(settings, public_url=f"http://{host}:8000"), clock=clock, has_background=False)
        app.register_blueprint(pages)
        client = signed_in(app, Role.FINANCE, name=host)
        clock.advance(minutes=20)

        assert client.get("/console/refund").status_code == status
        app.extensions[EXTENSION].close()
