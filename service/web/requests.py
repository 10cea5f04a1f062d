"""The edge of a request: strict bodies, their size, and which origins may call. Nothing here knows a capability."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import flask_smorest
import marshmallow
from flask import Response, abort, g, request
from webargs.flaskparser import FlaskParser
from webargs.flaskparser import abort as refuse

from service.errors import ForbiddenError
from service.web.json_bodies import strict_json, what_is_wrong

WIDGET_BODY_BYTES = 4096
ACCEPTED_JSON_TYPES = frozenset({"application/json", "text/plain"})
FORM_TYPE = "application/x-www-form-urlencoded"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
P = ParamSpec("P")
R = TypeVar("R")


class ForbiddenOriginError(ForbiddenError):
    """A page that is not one of the site's own asked for something only its own pages may ask for."""

    code = "forbidden_origin"


class StrictParser(FlaskParser):
    """Reads plain JSON bodies, also when sent as text/plain so that browsers need no preflight; refuses all else."""

    def load_json(self, req: Any, schema: Any) -> Any:  # noqa: ARG002 webargs calls it so
        if req.mimetype not in ACCEPTED_JSON_TYPES:
            abort(415)
        return read_json(req.get_data())

    def load_json_or_form(self, req: Any, schema: Any) -> Any:
        if req.mimetype == FORM_TYPE:
            return req.form.to_dict()
        return self.load_json(req, schema)


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's blueprint with our strict body parser."""

    ARGUMENTS_PARSER = StrictParser(unknown=marshmallow.RAISE)


def read_json(raw: bytes) -> Any:
    """Read the JSON of a body; answers 400, by field, if it is not UTF-8, not JSON, or refused by `strict_json`."""
    try:
        return strict_json(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        refuse(HTTPStatus.BAD_REQUEST, messages={"json": what_is_wrong(raw)})


def limited_body(max_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator, outermost on a view: a body over `max_bytes` is answered 413 without being read further."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def limited(*args: P.args, **kwargs: P.kwargs) -> R:
            # A body without a length is cut silently at the framework's limit, so one byte more is asked for.
            request.max_content_length = max_bytes + 1
            if (request.content_length or 0) > max_bytes or len(request.get_data()) > max_bytes:
                abort(413)
            return view(*args, **kwargs)

        return limited

    return decorate


def plain_body(environ: Environ, max_bytes: int) -> bytes | None:
    """The body of a WSGI request of known and lawful length; None, with nothing read, for any other."""
    text = environ.get("CONTENT_LENGTH", "")
    length = int(text) if len(text) < 10 and text.isascii() and text.isdigit() else None
    if length is None or length > max_bytes or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    body: bytes = environ["wsgi.input"].read(length)
    return body


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an address; None where it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None


def admit_origin(origins: Iterable[str], public_origin: str) -> None:
    """Let this request through if its page is one of `origins` or our own; raises ForbiddenOriginError otherwise.

    A request without an Origin header (a server, a plain link, an old browser's form) is let through: it carries no
    other site's reader. See https://www.rfc-editor.org/rfc/rfc6454#section-7
    """
    origin = request.headers.get("Origin")
    if not is_admitted(origin, origins, public_origin):
        raise ForbiddenOriginError("this page may not call this service")
    if origin is not None and origin != public_origin:
        g.admitted_origin = origin


def is_admitted(origin: str | None, origins: Iterable[str], public_origin: str) -> bool:
    """Whether a page of this origin may call: one of `origins` to the letter, or our own."""
    return origin is None or origin == public_origin or origin in origins


@lru_cache(maxsize=1024)
def cors_headers(origin: str) -> tuple[tuple[str, str], ...]:
    """What lets a page of an admitted origin read the answer, cookies included."""
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "Retry-After"),
    )


def add_cors_headers(response: Response) -> Response:
    """After each request: name the admitted origin and nobody else."""
    origin = g.pop("admitted_origin", None)
    if origin is not None:
        response.headers.extend(cors_headers(origin))
    response.vary.add("Origin")
    return response


def preflight(origins: Iterable[str]) -> Response:
    """The answer to a browser's preflight for a POST from one of `origins`."""
    response = Response(status=204)
    origin = request.headers.get("Origin")
    if origin in set(origins):
        g.admitted_origin = origin
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "7200"
    return response
