"""Which function answers which method and path of the API."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.parameters import Params
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json

Handler = Callable[..., Json]


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is "METHOD /v1/path/{id}", the key of the route's parameter types."""

    name: str
    method: str
    pattern: re.Pattern[str]
    handler: Handler


ROUTES: list[Route] = []


def route(name: str) -> Callable[[Handler], Handler]:
    """Register `handler(sandbox, params, *ids)` for "METHOD /v1/path/{id}"."""
    method, _, path = name.partition(" ")
    pattern = re.compile(re.sub(r"\{\w+\}", "([^/]+)", path) + "$")

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(name, method, pattern, handler))
        return handler

    return register


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The route and the ids in the path; fixed paths win over ids."""
    matches = [(each, found) for each in ROUTES if each.method == method and (found := each.pattern.match(path))]
    if not matches:
        raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404, is_kept=False)
    best, found = min(matches, key=lambda match: len(match[1].groups()))
    return best, found.groups()


__all__ = ["ROUTES", "Params", "Route", "Sandbox", "find", "route"]
