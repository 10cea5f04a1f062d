"""Reads strict request bodies of bounded size, and checks which origins may call."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar

import flask_smorest
import marshmallow
from flask import Response, abort, g, request
from webargs.flaskparser import FlaskParser
from webargs.flaskparser import abort as refuse

from service.errors import ForbiddenError
from service.web.headers import EVERY_ANSWER
from service.web.json_bodies import strict_json, what_is_wrong

WIDGET_BODY_BYTES = 4096
ACCEPTED_JSON_TYPES = frozenset({"application/json", "text/plain"})
FORM_TYPE = "application/x-www-form-urlencoded"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
P = ParamSpec("P")
R = TypeVar("R")


class ForbiddenOriginError(ForbiddenError):
    """A page of another origin called an endpoint that only the site's own pages may call."""

    code = "forbidden_origin"


class StrictParser(FlaskParser):
    """Reads strict JSON bodies and answers 415 to other content types.

    JSON may also be sent as text/plain, because a browser then needs no preflight.
    """

    def load_json(self, req: Any, schema: Any) -> Any:  # noqa: ARG002 the signature is webargs' own
        """Return the JSON of the body."""
        if req.mimetype not in ACCEPTED_JSON_TYPES:
            abort(415)
        return read_json(req.get_data())

    def load_json_or_form(self, req: Any, schema: Any) -> Any:
        """Return the fields of a form, or the JSON of the body."""
        if req.mimetype == FORM_TYPE:
            return req.form.to_dict()
        return self.load_json(req, schema)


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's blueprint with our strict body parser."""

    ARGUMENTS_PARSER = StrictParser(unknown=marshmallow.RAISE)


def read_json(raw: bytes) -> Any:
    """Return the JSON of a body. Answer 400, with the reasons by field, if `strict_json` refuses it."""
    try:
        return strict_json(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        refuse(HTTPStatus.BAD_REQUEST, messages={"json": what_is_wrong(raw)})


def limited_body(max_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that answers 413 to a body over `max_bytes` without reading more of it.

    It must be the outermost decorator of a view below the route.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def limited(*args: P.args, **kwargs: P.kwargs) -> R:
            # Flask silently truncates a body without a length at the limit, so the limit is a byte higher.
            request.max_content_length = max_bytes + 1
            if (request.content_length or 0) > max_bytes or len(request.get_data()) > max_bytes:
                abort(413)
            return view(*args, **kwargs)

        return limited

    return decorate


@lru_cache(maxsize=512)
def environ_key(name: str) -> str:
    """Return the key of a header, whose name is in lower case, in a WSGI environ."""
    return "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")


def plain_body(environ: Environ, max_bytes: int) -> bytes | None:
    """Return the body of a WSGI request, or None, with nothing read, if its length is unknown or over `max_bytes`."""
    text = environ.get("CONTENT_LENGTH", "")
    length = int(text) if len(text) < 10 and text.isascii() and text.isdigit() else None
    if length is None or length > max_bytes or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    body: bytes = environ["wsgi.input"].read(length)
    return body


def admit_origin(origins: Iterable[str], public_origin: str) -> None:
    """Raise ForbiddenOriginError unless the page's origin is one of `origins` or our own.

    A request without an Origin header (from a server, a plain link or an old browser's form) is admitted, because it
    was not sent by another site's page. See https://www.rfc-editor.org/rfc/rfc6454#section-7
    A request that changes something is refused if `Sec-Fetch-Site` says that another site's page sent it.
    """
    origin = request.headers.get("Origin")
    fetch_site = None if request.method in SAFE_METHODS else request.headers.get("Sec-Fetch-Site")
    if not is_admitted(origin, fetch_site, origins, public_origin):
        raise ForbiddenOriginError("pages of this origin may not call the service; add it to the site's origins")
    if origin is not None and origin != public_origin:
        g.admitted_origin = origin


def is_admitted(origin: str | None, fetch_site: str | None, origins: Iterable[str], public_origin: str) -> bool:
    """Return whether an origin is our own or exactly one of `origins`, or is absent and not another site's page."""
    if origin is None:
        return fetch_site != "cross-site"
    return origin == public_origin or origin in origins


@lru_cache(maxsize=1024)
def cors_headers(origin: str) -> tuple[tuple[str, str], ...]:
    """Return the headers that let a page of an admitted origin send cookies and read the answer."""
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "Retry-After"),
    )


def complete_headers(response: Response) -> Response:
    """Add the headers of every answer, and the CORS headers for the origin that this request admitted, if any."""
    origin = g.pop("admitted_origin", None)
    if origin is not None:
        response.headers.extend(cors_headers(origin))
    for name, value in EVERY_ANSWER:
        if name == "Vary":
            response.vary.add(value)
        else:
            response.headers[name] = value
    return response


def preflight(origins: Iterable[str]) -> Response:
    """Answer a browser's preflight request. A POST from one of `origins` is allowed."""
    response = Response(status=204)
    origin = request.headers.get("Origin")
    if origin in set(origins):
        g.admitted_origin = origin
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "7200"
    return response
