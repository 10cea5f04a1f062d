"""Fixtures: the staff API and the commands of sites and campaigns, with tokens of each role."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

import service.campaigns.api
from service.campaigns.cli import campaigns, sites
from service.services import EXTENSION, Services
from service.tokens.cli import tokens
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from service.web.problems import ProblemApi, answer_errors_as_problems

Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def staff_app(services: Services) -> Flask:
    """An application with only the staff API of sites and campaigns, and their commands."""
    app = Flask("service")
    app.config.update(API_TITLE="Keepopen", API_VERSION="v1", OPENAPI_VERSION="3.1.0", TESTING=True)
    app.config.update(OPENAPI_URL_PREFIX="/v1", OPENAPI_JSON_PATH="openapi.json")
    app.extensions[EXTENSION] = services
    ProblemApi(app).register_blueprint(service.campaigns.api.blueprint)
    answer_errors_as_problems(app)
    for command in (campaigns, sites, tokens):
        app.cli.add_command(command)
    return app


@pytest.fixture
def staff(staff_app: Flask) -> FlaskClient:
    return staff_app.test_client()


@pytest.fixture
def runner(staff_app: Flask) -> FlaskCliRunner:
    return staff_app.test_cli_runner()


@pytest.fixture
def bearer(services: Services) -> Bearer:
    """A function that creates a token of a role and returns the headers that carry it."""

    def headers(role: str) -> dict[str, str]:
        request = TokenRequest(f"the {role}", TokenRole(role))
        made = create_token(services.engine, services.settings.secret_keys, request, services.clock())
        return {"Authorization": f"Bearer {made.text}"}

    return headers


@pytest.fixture
def editor(bearer: Bearer) -> dict[str, str]:
    return bearer("editor")
