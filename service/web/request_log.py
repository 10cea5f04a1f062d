"""The id of each request, and a log line when the request ends."""

import time

import structlog
from flask import Flask, Response, g, request

from service.logs import request_id_of

log = structlog.get_logger()


def log_requests(app: Flask) -> None:
    """Give every request an id, send it back as `X-Request-Id`, and log the request when it ends.

    The id is the one that a proxy sent in `X-Request-Id`, if it has a plain format.
    """

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
