"""List answers: newest first, with cursors, `created` ranges and filters by field."""

from collections.abc import Iterable
from typing import Any

from infra.stripe_sandbox.errors import BadParameterError, NotFoundError
from infra.stripe_sandbox.http.parameters import Params
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

LIMIT_DEFAULT = 10
LIMIT_MOST = 100

_COMPARE = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def listed(sandbox: Sandbox, kind: str, params: Params, *fields: str) -> Json:
    """Return a page of the objects of `kind`, filtered by each of `fields` that the request names."""
    bodies: Iterable[Json] = sandbox.store.all(kind)
    for field in fields:
        if field in params:
            bodies = [body for body in bodies if body.get(field) == params[field]]
    return page(reversed(list(bodies)), params, f"/v1/{_path(kind)}")


def page(bodies: Iterable[Json], params: Params, url: str) -> Json:
    """Return the page of `bodies` that the request asks for. `bodies` are in the order of the answer."""
    chosen = [body for body in bodies if _created_matches(body, params.get("created"))]
    limit = params.get("limit", LIMIT_DEFAULT)
    if not 1 <= limit <= LIMIT_MOST:
        raise BadParameterError(f"Invalid integer: limit must be between 1 and {LIMIT_MOST}.", "limit")
    if after := params.get("starting_after"):
        start = _position(chosen, after, "starting_after") + 1
        return _answer(chosen[start : start + limit], len(chosen) > start + limit, url)
    if before := params.get("ending_before"):
        end = _position(chosen, before, "ending_before")
        return _answer(chosen[max(0, end - limit) : end], end > limit, url)
    return _answer(chosen[:limit], len(chosen) > limit, url)


def whole(bodies: Iterable[Json], url: str, limit: int = LIMIT_DEFAULT) -> Json:
    """Return the first page of a list that is part of another object."""
    return page(bodies, {"limit": limit}, url)


def _answer(data: list[Json], has_more: bool, url: str) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _position(bodies: list[Json], object_id: str, param: str) -> int:
    for index, body in enumerate(bodies):
        if body["id"] == object_id:
            return index
    raise NotFoundError("object", object_id, param)


def _created_matches(body: Json, wanted: Any) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, dict):
        return all(_COMPARE[name](body["created"], bound) for name, bound in wanted.items())
    return bool(body["created"] == wanted)


def _path(kind: str) -> str:
    return kind.replace(".", "/") + "s"
