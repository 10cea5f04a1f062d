"""A small application with the parts of HTTP that every room shares, and no room behind them."""

from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from werkzeug.exceptions import TooManyRequests

from service.errors import ConflictError, StoreUnavailableError
from service.logs import configure_logs
from service.web.problems import ProblemApi, answer_errors_as_problems
from service.web.request_log import log_requests
from service.web.requests import Blueprint, admit_origin, complete_headers, limited_body

SITE_ORIGINS = ("https://courier.example", "https://www.courier.example")


class GreetingSchema(Schema):
    name = fields.String(required=True)
    times = fields.Integer(strict=True)


@pytest.fixture
def edge() -> FlaskClient:
    """A client of an application with a JSON route, a form route, and a route that raises errors."""
    app = Flask("edge", static_folder=None)
    app.config.update(API_TITLE="edge", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    blueprint = Blueprint("edge", __name__)

    @blueprint.post("/greet")
    @limited_body(64)
    @blueprint.arguments(GreetingSchema)
    def greet(greeting: dict[str, Any]) -> dict[str, Any]:
        admit_origin(SITE_ORIGINS, "https://support.example")
        return greeting

    @blueprint.post("/form")
    @blueprint.arguments(GreetingSchema, location="json_or_form")
    def form(greeting: dict[str, Any]) -> dict[str, Any]:
        return greeting

    @blueprint.get("/fault/<kind>")
    def fault(kind: str) -> str:
        match kind:
            case "conflict":
                raise ConflictError("someone was faster")
            case "store":
                raise StoreUnavailableError("not committed")
            case "limit":
                raise TooManyRequests(retry_after=7)
            case "unexpected":
                raise ZeroDivisionError("reader@example.org")
        abort(410)

    configure_logs("INFO")
    log_requests(app)
    app.after_request(complete_headers)
    ProblemApi(app).register_blueprint(blueprint)
    answer_errors_as_problems(app)
    return app.test_client()
