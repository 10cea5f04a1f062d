"""Structured logs: one JSON object a line, an event name and key-values, and the id of the request they belong to.

Never logged: bodies, query strings, addresses of readers or pages, e-mail, payment details.
"""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from service.ids import new_id

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
log = structlog.get_logger()


def configure_logs(level: str) -> None:
    """Send structlog, and the libraries' own logging, to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _error_without_values,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _error_without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep where an error happened and its type; its message may quote a reader's data, so it stays out."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        places = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
            trace = trace.tb_next
        event["error_type"] = type(error).__name__
        event["places"] = places[-8:]
    return event


def request_id_of(offered: str, made: str | None = None) -> str:
    """The id a proxy offered, if it is a plain one; otherwise the one `made` here, or a new one."""
    return offered if offered and REQUEST_ID.fullmatch(offered) else made or new_id("req")


def log_requests(app: Flask) -> None:
    """Give every request an id (the proxy's, if it sent a plain one) and one line when it ends."""

    def begin() -> None:
        g.request_id = request_id_of(request.headers.get("X-Request-Id", ""))
        g.request_began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        log.info(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            duration_milliseconds=round((time.perf_counter() - g.request_began) * 1000, 1),
        )
        return response

    def forget(_: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()

    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)
