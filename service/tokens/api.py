"""The decorator that protects the views of staff and finance with a token."""

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.errors import ForbiddenError
from service.services import current_services
from service.tokens.store import Token, TokenRole
from service.tokens.tokens import has_role, verify_token

P = ParamSpec("P")
R = TypeVar("R")


def requires_role(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Require a request to have the header `Authorization: Bearer …` with a token of one of these roles, or of admin.

    The answer is 401 if there is no valid token, and 403 if the token has another role. Put this decorator directly
    below the route.
    """
    wanted = frozenset(TokenRole(role) for role in roles)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            token = _presented_token()
            if not has_role(token, wanted):
                raise ForbiddenError(f"this needs a token with the role {' or '.join(sorted(wanted))}")
            g.staff_token = token
            return view(*args, **kwargs)

        described = deepcopy(getattr(view, "_apidoc", {}))
        described.setdefault("manual_doc", {})["security"] = [{"token": []}]
        guarded._apidoc = described  # type: ignore[attr-defined]
        return guarded

    return decorate


def current_token() -> Token:
    """Return the token of this request, in a view that `requires_role` protects."""
    return cast("Token", g.staff_token)


def admit_site(site: str | None) -> None:
    """Raise ForbiddenError if the token of this request is for another site. `site` None: the request is for all."""
    own = current_token().site
    if own is not None and own != site:
        raise ForbiddenError(f"this token is for the site {own} alone")


def _presented_token() -> Token:
    """Return the token in the header. Raise Unauthorized if there is no valid one."""
    header = request.authorization
    text = header.token if header is not None and header.type == "bearer" else None
    services = current_services()
    token = verify_token(services.engine, services.settings.secret_keys, text, services.clock()) if text else None
    if token is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "keepopen"}))
    return token
