"""The guard in front of staff and finance views."""

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.errors import ForbiddenError
from service.services import current_services
from service.tokens.store import Role, Token
from service.tokens.tokens import may, verify_token

P = ParamSpec("P")
R = TypeVar("R")


def requires_role(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator, right under the route: the request carries `Authorization: Bearer …` of one of these roles, or of
    admin.

    401 without a token in force, 403 with one of another role.
    """
    wanted = frozenset(Role(role) for role in roles)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            token = _presented_token()
            if not may(token, wanted):
                raise ForbiddenError(f"this needs a token of role {' or '.join(sorted(wanted))}")
            g.staff_token = token
            return view(*args, **kwargs)

        described = deepcopy(getattr(view, "_apidoc", {}))
        described.setdefault("manual_doc", {})["security"] = [{"token": []}]
        guarded._apidoc = described  # type: ignore[attr-defined]
        return guarded

    return decorate


def current_token() -> Token:
    """The token the guard let through."""
    return cast("Token", g.staff_token)


def _presented_token() -> Token:
    given = request.authorization
    text = given.token if given is not None and given.type == "bearer" else None
    services = current_services()
    token = verify_token(services.engine, services.settings.secret_keys, text) if text else None
    if token is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "keepopen"}))
    return token
