"""Signing in at the newsroom's provider, as a browser walks through it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.services import EXTENSION
from service.settings import Settings
from service.staff.people import Role
from tests.conftest import SettableClock
from tests.staff.signed_in import add_person
from tests.staff.single_sign_on.newsroom_provider import CLIENT_ID, CLIENT_SECRET, NewsroomProvider, serving


@pytest.fixture
def provider(clock: SettableClock) -> Iterator[NewsroomProvider]:
    claims = {"email": "ana@courier.example", "email_verified": True}
    with serving(NewsroomProvider(now=clock.now.timestamp(), claims=claims)) as provider:
        yield provider


@pytest.fixture
def client(settings: Settings, clock: SettableClock, provider: NewsroomProvider) -> Iterator[FlaskClient]:
    """A browser at a console whose newsroom has a provider, and where Ana was invited."""
    wanted = replace(settings, oidc_issuer=provider.issuer, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET)
    app: Flask = create_app(wanted, clock=clock, has_background=False)
    add_person(app.extensions[EXTENSION], Role.EDITOR)
    yield app.test_client()
    app.extensions[EXTENSION].close()


def test_a_person_signs_in_at_the_provider_and_comes_back(client: FlaskClient, provider: NewsroomProvider) -> None:
    page = client.get("/console/sign-in?next=/console/me")
    assert 'href="/console/sign-in/provider?next=/console/me"' in page.text
    away = client.get("/console/sign-in/provider?next=/console/me")
    assert away.location.startswith(f"{provider.issuer}/authorize?")
    assert "redirect_uri=https%3A%2F%2Fsupport.courier.example%2Fconsole%2Fsign-in%2Fprovider%2Fback" in away.location

    back = client.get("/console/sign-in/provider/back", query_string=provider.authorize(away.location))

    assert (back.status_code, back.location) == (303, "/console/me")
    assert client.get("/console/me").status_code == 200
    assert client.get_cookie("__Host-keepopen-sign-in") is None


def test_a_link_of_somebody_else_signs_nobody_in(client: FlaskClient, provider: NewsroomProvider) -> None:
    """Otherwise a person could be signed in as the sender of a link, and work in their name."""
    address = client.application.test_client().get("/console/sign-in/provider").location

    answer = client.get("/console/sign-in/provider/back", query_string=provider.authorize(address))

    assert answer.status_code == 422
    assert "begun in another browser" in answer.text
    assert client.get_cookie("__Host-keepopen-staff") is None


def test_an_answer_cannot_be_used_twice(client: FlaskClient, provider: NewsroomProvider) -> None:
    answer = provider.authorize(client.get("/console/sign-in/provider").location)
    assert client.get("/console/sign-in/provider/back", query_string=answer).status_code == 303

    assert client.get("/console/sign-in/provider/back", query_string=answer).status_code == 422


def test_a_refusal_of_the_provider_is_said_in_words(client: FlaskClient, provider: NewsroomProvider) -> None:
    state = provider.authorize(client.get("/console/sign-in/provider").location)["state"]

    answer = client.get(f"/console/sign-in/provider/back?error=access_denied&state={state}")

    assert answer.status_code == 422
    assert "did not sign you in" in answer.text
