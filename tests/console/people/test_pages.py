"""Admins invite, change and disable people of their sites; other people do not see the screen."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.database.transaction import committed
from service.services import Services
from service.staff.inviting import invited_person
from service.staff.people import Person, Role
from service.staff.record_store import all_rows
from service.staff.session_store import open_sessions
from service.staff.store import find_person, find_person_by_email, update_person
from tests.conftest import SettableClock
from tests.staff.signed_in import add_person, client_of, signed_in

BEA: dict[str, Any] = {"name": "Bea", "email": "bea@courier.example", "roles": ["editor"], "reach": "all"}


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """A browser in which Ana, the only admin, is signed in."""
    return signed_in(app, Role.ADMIN)


def found(services: Services, person_id: str) -> Person:
    with committed(services.engine) as connection:
        person = find_person(connection, person_id)
    assert person is not None
    return person


def by_email(services: Services, email: str) -> Person | None:
    with committed(services.engine) as connection:
        return find_person_by_email(connection, email)


def acts(services: Services) -> list[str]:
    with committed(services.engine) as connection:
        return [row.deed.act for row in all_rows(connection)]


def test_an_invitation_shows_its_link_once(admin: FlaskClient, app_services: Services) -> None:
    answer = admin.post("/console/people/invite", data=BEA | {"reach": "some", "sites": ["courier"]})

    found_link = re.search(r"https://support\.courier\.example/console/sign-in/([\w-]{43})", answer.text)
    assert found_link is not None
    invited = invited_person(app_services, found_link[1])
    assert (invited.name, invited.roles, invited.sites) == ("Bea", frozenset({Role.EDITOR}), frozenset({"courier"}))
    assert answer.headers["Cache-Control"] == "no-store"
    assert found_link[1] not in admin.get(f"/console/people/{invited.id}").text
    assert acts(app_services)[-2:] == ["invite_person", "make_link"]


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"email": "bea"}, "email", "looks like ana@courier.example"),
        ({"name": " "}, "name", "1 to 100 characters"),
        ({"roles": []}, "roles", "Choose at least one role."),
        ({"roles": ["king"]}, "roles", "Choose at least one role."),
        ({"reach": "some"}, "sites", "at least one site"),
        ({"reach": "nowhere"}, "sites", "at least one site"),
        ({"email": "ana@courier.example"}, "email", "is in the list already"),
    ],
)
def test_a_form_with_a_mistake_names_the_field_and_keeps_what_was_typed(
    admin: FlaskClient, app_services: Services, changes: dict[str, Any], name: str, words: str
) -> None:
    answer = admin.post("/console/people/invite", data={**BEA, "name": "Bea “B”", **changes})

    page = unescape(answer.text)
    assert answer.status_code == 422
    assert f'href="#{name}"' in page
    assert words in page
    assert ("Bea “B”" in page) is ("name" not in changes)
    assert by_email(app_services, "bea@courier.example") is None


def test_people_are_listed_in_words_and_as_files(admin: FlaskClient, app_services: Services) -> None:
    add_person(app_services, Role.PUBLISHER, name="=Bea <b>", sites=frozenset({"herald"}))

    page = admin.get("/console/people").text
    assert "publishes and pauses campaigns" in page
    assert "=Bea &lt;b&gt;" in page
    assert "never" in page
    rows = json.loads(admin.get("/console/people?format=json").text)["rows"]
    assert [(row["name"], row["roles"], row["state"]) for row in rows] == [
        ("=Bea <b>", "publisher", "not yet here"),
        ("Ana", "admin", "active"),
    ]
    assert "'=Bea <b>,publisher,herald,,not yet here,'=bea" in admin.get("/console/people?format=csv").text


def test_a_changed_person_has_the_new_roles_at_once(app: Flask, admin: FlaskClient, app_services: Services) -> None:
    bea = add_person(app_services, Role.EDITOR, name="Bea")
    client = client_of(app, bea)
    assert client.get("/console/people").status_code == 403

    fields = {"name": "Bea Ní", "roles": ["viewer", "finance"], "reach": "some", "sites": ["courier"]}
    answer = admin.post(f"/console/people/{bea.id}", data=fields)

    assert "Bea Ní was changed." in admin.get(answer.location).text
    after = found(app_services, bea.id)
    assert (after.name, after.roles, after.sites) == (
        "Bea Ní",
        frozenset({Role.VIEWER, Role.FINANCE}),
        frozenset({"courier"}),
    )
    with committed(app_services.engine) as connection:
        details = list(all_rows(connection))[-1].deed.details
    assert details["before"] == {"name": "Bea", "roles": ["editor"], "sites": None}
    assert details["after"] == {"name": "Bea Ní", "roles": ["finance", "viewer"], "sites": ["courier"]}
    assert "Bea Ní" in client.get("/console/me").text


def test_a_disabled_person_is_out_at_once_and_can_come_back(
    app: Flask, admin: FlaskClient, app_services: Services
) -> None:
    bea = add_person(app_services, Role.EDITOR, name="Bea")
    client = client_of(app, bea)

    admin.post(f"/console/people/{bea.id}/disable")

    assert client.get("/console/me").status_code == 303
    assert admin.post(f"/console/people/{bea.id}/link").status_code == 404
    admin.post(f"/console/people/{bea.id}/enable")
    assert client.get("/console/me").status_code == 303
    assert client_of(app, bea).get("/console/me").status_code == 200


def test_the_last_admin_can_neither_leave_nor_lose_the_role(admin: FlaskClient, app_services: Services) -> None:
    ana = by_email(app_services, "ana@courier.example")
    assert ana is not None
    gone = add_person(app_services, Role.ADMIN, name="gone")
    with committed(app_services.engine) as connection:
        update_person(connection, replace(gone, disabled_at=app_services.clock()))

    demoted = admin.post(f"/console/people/{ana.id}", data={"name": "Ana", "roles": ["viewer"], "reach": "all"})
    left = admin.post(f"/console/people/{ana.id}/disable")

    assert demoted.status_code == 422
    assert "At least one admin must remain." in demoted.text
    assert "At least one admin must remain." in admin.get(left.location).text
    assert found(app_services, ana.id) == ana


def test_an_admin_ends_a_session_of_a_person_and_of_nobody_else(
    app: Flask, admin: FlaskClient, app_services: Services
) -> None:
    bea, carl = (add_person(app_services, Role.EDITOR, name=name) for name in ("Bea", "Carl"))
    of_bea, of_carl = client_of(app, bea), client_of(app, carl)
    with committed(app_services.engine) as connection:
        (session,) = open_sessions(connection, bea.id, app_services.clock())

    assert admin.post(f"/console/people/{carl.id}/sessions/{session.id}/end").status_code == 404
    assert of_bea.get("/console/me").status_code == 200
    assert admin.post(f"/console/people/{bea.id}/sessions/{session.id}/end").status_code == 303

    assert (of_bea.get("/console/me").status_code, of_carl.get("/console/me").status_code) == (303, 200)


def test_an_admin_of_a_site_manages_only_its_people(app: Flask, app_services: Services) -> None:
    local = signed_in(app, Role.ADMIN, name="Local", sites=frozenset({"courier"}))
    other = add_person(app_services, Role.EDITOR, name="Other", sites=frozenset({"herald"}))
    everywhere = add_person(app_services, Role.EDITOR, name="Everywhere")

    page = local.get("/console/people").text

    assert "Local" in page
    assert "Other" not in page
    for person in (other, everywhere):
        for path in ("", "/disable", "/link", "/enable"):
            assert local.post(f"/console/people/{person.id}{path}").status_code == 404
        assert local.get(f"/console/people/{person.id}").status_code == 404
    refused = local.post("/console/people/invite", data=BEA)
    assert refused.status_code == 403
    assert by_email(app_services, "bea@courier.example") is None
    assert local.post("/console/people/invite", data=BEA | {"reach": "some", "sites": ["courier"]}).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_see_people(app: Flask, app_services: Services, role: Role) -> None:
    client = signed_in(app, role)
    person = add_person(app_services, Role.VIEWER, name="Bea")

    for path in ("/console/people", "/console/people/invite", f"/console/people/{person.id}"):
        assert client.get(path).status_code == 403
    for path in ("invite", person.id, f"{person.id}/disable", f"{person.id}/link", f"{person.id}/sessions/x/end"):
        assert client.post(f"/console/people/{path}", data=BEA).status_code == 403


def test_people_are_changed_only_after_a_fresh_proof(admin: FlaskClient, clock: SettableClock) -> None:
    clock.advance(minutes=31)

    assert admin.get("/console/people").status_code == 200
    for path in ("invite", "per_x", "per_x/disable", "per_x/enable", "per_x/link", "per_x/sessions/x/end"):
        answer = admin.post(f"/console/people/{path}", data=BEA, headers={"Referer": "x"})
        assert answer.status_code == 401
        assert "/console/sign-in?next=/console/me&amp;again=1" in answer.text


@pytest.mark.parametrize("path", ["per_unknown", "per_unknown/disable", "per_unknown/link", "%00", "x" * 500])
def test_an_unknown_person_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.post(f"/console/people/{path}", data=BEA).status_code == 404
