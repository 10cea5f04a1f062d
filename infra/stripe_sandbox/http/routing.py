"""Routes of the API: which function handles a method and path."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.http.parameters import Params
from infra.stripe_sandbox.store import Json

Handler = Callable[..., Json]


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is "METHOD /v1/path/{id}", the key of the route's parameter types."""

    name: str
    method: str
    pattern: re.Pattern[str]
    handler: Handler


class Routes(list[Route]):
    """The routes of one resource, or of the whole API."""

    def add(self, name: str) -> Callable[[Handler], Handler]:
        """Register `handler(sandbox, params, *ids)` for "METHOD /v1/path/{id}"."""
        method, _, path = name.partition(" ")
        pattern = re.compile(re.sub(r"\{\w+\}", "([^/]+)", path) + "$")

        def register(handler: Handler) -> Handler:
            self.append(Route(name, method, pattern, handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """Return the route and the ids in the path. A fixed path is preferred to a path with ids."""
        matches = [(route, match) for route in self if route.method == method and (match := route.pattern.match(path))]
        if not matches:
            raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404, is_kept=False)
        route, match = min(matches, key=lambda found: len(found[1].groups()))
        return route, match.groups()


__all__ = ["Params", "Route", "Routes"]
