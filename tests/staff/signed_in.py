"""People for tests of the console, and a test client in which a person is signed in."""

from flask import Flask
from flask.testing import FlaskClient

from service.database.transaction import committed
from service.ids import new_id
from service.services import EXTENSION, Services
from service.staff.api import cookie_name
from service.staff.people import Person, Role
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import begin_session
from service.staff.store import insert_person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add_person(services: Services, *roles: Role, name: str = "Ana", sites: frozenset[str] | None = None) -> Person:
    """Store a person with these roles; without roles, an admin."""
    wanted = frozenset(roles or (Role.ADMIN,))
    person = Person(new_id("per"), name, f"{name.lower().replace(' ', '.')}@courier.example", wanted, sites)
    with committed(services.engine) as connection:
        assert insert_person(connection, person, services.clock())
    return person


def client_of(app: Flask, person: Person) -> FlaskClient:
    """Return a test client with a fresh session of this person, whose forms come from the console."""
    services: Services = app.extensions[EXTENSION]
    with committed(services.engine) as connection:
        new = begin_session(connection, person, SignIn(Proof.PASSKEY, FIREFOX), services.clock())
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = services.settings.public_origin  # as browsers do with a form of the console
    client.set_cookie(cookie_name(is_https=services.settings.is_https), new.secret)
    return client


def signed_in(app: Flask, *roles: Role, name: str = "Ana", sites: frozenset[str] | None = None) -> FlaskClient:
    """Return a test client in which a new person with these roles (without roles, an admin) is signed in."""
    return client_of(app, add_person(app.extensions[EXTENSION], *roles, name=name, sites=sites))
