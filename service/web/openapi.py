"""The API's OpenAPI description, built when it is first read, because building it takes most of the start-up time."""

from threading import RLock
from typing import Any

import flask_smorest
from flask import Flask


class Api(flask_smorest.Api):
    """flask-smorest's Api, except that a registered blueprint is described only when the description is read."""

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

    def _describe(self, blueprint: flask_smorest.Blueprint) -> None:
        name = blueprint.name
        blueprint.register_views_in_doc(self, self._app, self._spec, name=name, parameters=None)
        self._spec.tag({"name": name, "description": blueprint.description})
