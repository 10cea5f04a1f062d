"""The API's OpenAPI description, built when it is first read, because building it takes most of the start-up time."""

from threading import RLock
from typing import Any

import flask_smorest
from flask import Flask
from marshmallow import Schema, fields

JSON_TYPE, PROBLEM_TYPE = "application/json", "application/problem+json"


class ProblemSchema(Schema):
    """Problem details (RFC 9457). docs/operate.md lists all codes. Some problems have more members."""

    type = fields.String()
    status = fields.Integer()
    code = fields.String()
    title = fields.String()
    request_id = fields.String()
    errors = fields.Dict()


class Api(flask_smorest.Api):
    """flask-smorest's Api, except that a registered blueprint is described only when the description is read.

    Errors are described as the problem details that they are.
    """

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_RESPONSE_CONTENT_TYPE = JSON_TYPE

    def __init__(self, app: Flask) -> None:
        self._turn = RLock()  # a second reader waits until the first has built the whole description
        self._undescribed: list[flask_smorest.Blueprint] = []
        super().__init__(app)

    def register_blueprint(self, blueprint: flask_smorest.Blueprint) -> None:
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    @property
    def spec(self) -> Any:
        """The description, which /v1/openapi.json and `flask openapi` read."""
        with self._turn:
            while self._undescribed:
                self._describe(self._undescribed.pop(0))
            return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec = spec

    def _register_responses(self) -> None:
        """Describe the answers to errors. The library would describe them with the type of all other answers."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = JSON_TYPE

    def _describe(self, blueprint: flask_smorest.Blueprint) -> None:
        name = blueprint.name
        blueprint.register_views_in_doc(self, self._app, self._spec, name=name, parameters=None)
        self._spec.tag({"name": name, "description": blueprint.description})
