"""Renders errors as RFC 9457 problem details with a stable `code`; keeps an exception's headers such as Retry-After."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, Response, g, json, request
from werkzeug.exceptions import HTTPException

from service import errors
from service.web.openapi import PROBLEM_TYPE, Api

log = structlog.get_logger()

STATUS_BY_ERROR: dict[type[errors.DomainError], int] = {
    errors.MalformedRequestError: 400,
    errors.UnknownSiteError: 404,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.InvalidTokenError: 403,
    errors.ForbiddenError: 403,
    errors.InvalidAmountError: 422,
    errors.InvalidDocumentError: 422,
    errors.StripeRefusedError: 502,
    errors.StripeUnavailableError: 503,
    errors.StoreUnavailableError: 503,
    errors.NotReadyError: 503,
    errors.BusyError: 503,
}
CODE_BY_STATUS = {
    400: "malformed_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    411: "length_required",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}
RETRY_AFTER_SECONDS = 30


class ProblemApi(Api):
    """An Api whose own errors are rendered like every other error."""

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Return the problem details of an error that flask-smorest raised."""
        return http_problem(error)


def answer_errors_as_problems(app: Flask, count_error: Callable[[str], None] = lambda _: None) -> None:
    """Register the renderers for every error that can end a request. `count_error` gets the route of an error of ours.

    A route is the pattern and not the path, which may hold a token.
    """

    def counted_problem(error: Exception) -> Response:
        count_error(request.url_rule.rule if request.url_rule else "none")
        return unexpected_problem(error)

    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(errors.DomainError, domain_problem)
    app.register_error_handler(Exception, counted_problem)


def http_problem(error: HTTPException) -> Response:
    """Render a framework error with its status, its headers and the field messages of a refused body."""
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages", {})
    response = problem(status, CODE_BY_STATUS.get(status, f"http_{status}"), error.name, field_errors=messages)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def domain_problem(error: errors.DomainError) -> Response:
    """Render a DomainError: the status comes from STATUS_BY_ERROR, code and title from the error."""
    status = next((STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR), 422)
    found = {"document": list(error.problems)} if isinstance(error, errors.InvalidDocumentError) else {}
    limits = error.limits if isinstance(error, errors.InvalidAmountError) else {}
    response = problem(status, error.code, error.title, field_errors=found, **limits)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def unexpected_problem(error: Exception) -> Response:
    """Log an unexpected error with its traceback and return a 500 without details."""
    log.error("unexpected_error", error_type=type(error).__name__, exc_info=error)
    return problem(500, "internal_error", "Something went wrong on our side; try again later")


def problem(
    status: int, code: str, title: str, *, field_errors: dict[str, Any] | None = None, **members: int | str
) -> Response:
    """Build a problem details response (RFC 9457) with further `members`; it is never cached."""
    body: dict[str, Any] = {"type": "about:blank", "status": status, "code": code, "title": title, **members}
    if field_errors:
        body["errors"] = field_errors
    if "request_id" in g:
        body["request_id"] = g.request_id
    response = Response(json.dumps(body), status=status, mimetype=PROBLEM_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
