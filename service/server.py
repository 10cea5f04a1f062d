"""The server application: reads whole requests, answers plain decisions at once, and gives the rest to their lanes.

granian calls `SERVER` for each request, in an event loop (`python -m service` starts it). No thread is taken before the
body of a request is in memory, so a caller who sends slowly holds a connection and nothing else. A plain decision is
made in the event loop, because it waits for nothing. Every other request is answered by the WSGI application in the
threads of its lane (`service/bulkheads.py`).
"""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

import structlog
from flask import Flask
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # it is meant for applications

from service.app import create_app, front_of
from service.bulkheads import (
    BODY_SECONDS,
    EXPORTS,
    HELD_BODY_BYTES,
    INBOX,
    KIB,
    LANES,
    MEMORY,
    PAGES,
    READERS,
    SIMULATIONS,
    STRIPE,
    Lane,
    within,
)
from service.campaigns.snapshot.holder import SnapshotHolder
from service.errors import BusyError
from service.services import EXTENSION, Services
from service.settings import read_settings
from service.web.requests import Environ, StartResponse, cors_headers
from service.web.rsgi import Headers, Reply, RsgiRequest, Started, answer, environ_of

DECIDE = "/v1/decide"
SWITCH_SECONDS = 0.001  # a thread that computes lets the event loop go on after so long; Python's own value is 5 ms
SWEEP_SECONDS = 0.5
RETRY_AFTER_SECONDS = 2
SMALL_BODY_BYTES = 16 * KIB
# The lane of a path is that of its longest prefix here.
LANE_OF_PREFIX = {
    "/": PAGES,
    "/livez": MEMORY,
    "/readyz": MEMORY,
    "/version": MEMORY,
    "/v1/widget": MEMORY,
    "/v1/decide": READERS,
    "/v1/events": READERS,
    "/v1/passport": READERS,
    "/v1/receipt": READERS,
    "/webhooks/stripe": INBOX,
    "/v1/checkout": STRIPE,
    "/v1/portal": STRIPE,
    "/v1/refunds": STRIPE,
    "/thanks": STRIPE,
    "/resume/": STRIPE,
    "/v1/exports/": EXPORTS,
    "/v1/simulate": SIMULATIONS,
}
_PREFIXES = sorted(LANE_OF_PREFIX, key=len, reverse=True)
log = structlog.get_logger()


class RefusedRequestError(Exception):
    """The server answers by itself, with this status, because the request may not reach the application."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(title)
        self.status, self.code, self.title = status, code, title


class NotPlainError(Exception):
    """The fast path does not answer this request, so a lane must."""


def lane_of(method: str, path: str) -> Lane:
    """Return the lane of a request. A browser's preflight is answered from memory, whatever its path."""
    if method == "OPTIONS":
        return MEMORY
    return LANE_OF_PREFIX[next(prefix for prefix in _PREFIXES if path.startswith(prefix) or prefix == "/")]


class Bodies:
    """Reads whole bodies, each within a deadline and a size, and all together within a bound of memory."""

    def __init__(self) -> None:
        self._began: dict[asyncio.Task[Any], float] = {}  # oldest first
        self._late: set[asyncio.Task[Any]] = set()
        self.held_bytes = 0

    async def read(self, request: RsgiRequest, reply: Any, most_bytes: int) -> bytes:
        """Return the body of a request. The caller subtracts its length from `held_bytes` when it is done with it."""
        headers = request.headers
        length = headers.get("content-length")
        if length is None and "transfer-encoding" not in headers and request.http_version.startswith("1"):
            return b""
        if length is not None and int(length) > most_bytes:
            raise RefusedRequestError(413, "body_too_large", "The body is longer than this path allows")
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("a request is handled outside a task")
        self._began[task] = monotonic()
        try:
            if length is not None and int(length) <= SMALL_BODY_BYTES:
                body: bytes = await reply()
                self._hold(len(body))
                return body
            return await self._read_parts(reply, most_bytes)
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            self._late.discard(task)
            raise RefusedRequestError(408, "request_timeout", "The body did not arrive in time") from None
        finally:
            self._began.pop(task, None)

    async def _read_parts(self, reply: Any, most_bytes: int) -> bytes:
        parts, size = [], 0
        try:
            async for part in reply:
                self._hold(len(part))
                size += len(part)
                parts.append(bytes(part))
                if size > most_bytes:
                    raise RefusedRequestError(413, "body_too_large", "The body is longer than this path allows")
        except BaseException:
            self.held_bytes -= size
            raise
        return b"".join(parts)

    def _hold(self, count: int) -> None:
        if self.held_bytes + count > HELD_BODY_BYTES:
            raise RefusedRequestError(503, "busy", "Too many requests are being read; try again in a moment")
        self.held_bytes += count

    async def refuse_late_ones(self) -> None:
        """Cancel, for as long as the server runs, the requests whose bodies do not arrive in time."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            latest = monotonic() - BODY_SECONDS
            for task in [task for task, began in self._began.items() if began < latest]:
                del self._began[task]
                self._late.add(task)
                task.cancel()


class LaneThreads:
    """The threads of a lane, and the number of requests that are in it."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._threads = ThreadPoolExecutor(lane.threads, thread_name_prefix=lane.name)
        self._present = 0

    async def run(self, environ: Environ, app: Flask, reply: Reply, client: str) -> None:
        """Let a thread of the lane answer a request. Raise BusyError at once if the lane is full."""
        if self._present >= self._lane.threads + self._lane.waiting:
            raise BusyError("too many requests wait for this already; try again in a moment")
        self._present += 1
        try:
            ends_at = monotonic() + self._lane.seconds
            work = partial(self._answer, environ, app, reply, client, ends_at)
            await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._present -= 1

    def _answer(self, environ: Environ, app: Flask, reply: Reply, client: str, ends_at: float) -> None:
        left = ends_at - monotonic()
        if left <= 0:
            raise BusyError("this request waited too long; try again in a moment")
        with within(left):
            answer(app.wsgi_app, environ, reply, client)


class Server:
    """An RSGI application in front of the WSGI application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        services: Services = app.extensions[EXTENSION]
        self._snapshots = services.part(SnapshotHolder)
        self._public_origin = services.settings.public_origin
        self._metrics = services.metrics
        self._plain = front_of(_not_plain, services)
        self._bodies = Bodies()
        self._lanes = {lane.name: LaneThreads(lane) for lane in LANES}
        self._sweeping: asyncio.Task[None] | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin: granian calls this in each process before the first request."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._sweeping = loop.create_task(self._bodies.refuse_late_ones())

    async def __rsgi__(self, request: RsgiRequest, reply: Any) -> None:
        """Answer a request."""
        lane = lane_of(request.method, request.path)
        held = 0
        try:
            body = await self._bodies.read(request, reply, lane.body_bytes)
            held = len(body)
            if request.path == DECIDE and request.method == "POST" and self._decided(environ_of(request, body), reply):
                return
            await self._lanes[lane.name].run(environ_of(request, body), self._app, reply, request.client)
        except RefusedRequestError as error:
            self._refuse(request, reply, lane, error)
        except BusyError as error:
            self._refuse(request, reply, lane, RefusedRequestError(503, error.code, str(error)))
        except TimeoutError:
            log.warning("answer_cut", lane=lane.name)
        except ProtocolClosed:
            log.info("caller_gone", lane=lane.name)
        finally:
            self._bodies.held_bytes -= held

    def _decided(self, environ: Environ, reply: Reply) -> bool:
        """Answer a plain decide request. Return False, with nothing sent, if it is not plain."""
        started = Started()
        try:
            body = b"".join(self._plain(environ, started))
        except NotPlainError:
            return False
        reply.response_bytes(started.status, started.headers, body)
        return True

    def _refuse(self, request: RsgiRequest, reply: Reply, lane: Lane, error: RefusedRequestError) -> None:
        """Answer with problem details. A page of one of our sites may read them, as it may read any other answer."""
        self._metrics.refused_requests.labels(lane=lane.name, code=error.code).inc()
        problem = {"type": "about:blank", "status": error.status, "code": error.code, "title": error.title}
        headers: Headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
        headers += [("Vary", "Origin"), ("X-Content-Type-Options", "nosniff")]
        headers += [("Retry-After", str(RETRY_AFTER_SECONDS))] if error.status == 503 else [("Connection", "close")]
        origin = request.headers.get("origin")
        if origin is not None and self._is_known(origin):
            headers += cors_headers(origin)
        with suppress(ProtocolClosed):
            reply.response_bytes(error.status, headers, json.dumps(problem).encode())

    def _is_known(self, origin: str) -> bool:
        return any(origin in site.site.origins for site in self._snapshots.current().sites.values())


def _not_plain(_: Environ, __: StartResponse) -> list[bytes]:
    raise NotPlainError


def __getattr__(name: str) -> Server:
    """Build the server when granian asks for it, and not when a test imports this module."""
    if name == "SERVER":
        return Server(create_app(read_settings()))
    raise AttributeError(name)
