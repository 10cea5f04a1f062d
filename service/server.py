"""The server application: reads whole requests, answers plain decisions at once, and gives the rest to their lanes.

granian calls `SERVER` for each request, in an event loop (`python -m service` starts it). No thread is taken before the
body of a request is in memory, so a caller who sends slowly holds a connection and nothing else. A plain decision is
made in the event loop, because it waits for nothing. Every other request is answered by the WSGI application in the
threads of its lane (`service/waiting_limits.py`).
"""

import asyncio
import gc
import json
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

import structlog
from flask import Flask
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # it is meant for applications

from service.app import create_app, front_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.errors import BusyError, StoreUnavailableError
from service.services import EXTENSION, Services
from service.settings import read_settings
from service.waiting_limits import (
    EXPORTS,
    FINANCE,
    INBOX,
    LANES,
    MEMORY,
    PAGES,
    READERS,
    SIMULATIONS,
    STRIPE,
    Lane,
    within,
)
from service.web.bodies import INCOMPLETE, Bodies, RefusedRequestError
from service.web.requests import Environ, StartResponse, cors_headers
from service.web.rsgi import Headers, Reply, RsgiRequest, Started, answer, environ_of

DECIDE = "/v1/decide"
SWITCH_SECONDS = 0.0002
RETRY_AFTER_SECONDS = 2
REQUESTS_PER_TURN = 4
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
    "/console/agreements": FINANCE,
    "/console/close": FINANCE,
    "/console/close/files/": EXPORTS,
    "/console/exports/file": EXPORTS,
    "/console/money": FINANCE,
    "/console/supporters": FINANCE,
}
_PREFIXES = sorted(LANE_OF_PREFIX, key=len, reverse=True)
log = structlog.get_logger()


class NotPlainError(Exception):
    """The fast path does not answer this request, so a lane must."""


def lane_of(method: str, path: str) -> Lane:
    """Return the lane of a request. A browser's preflight of any path is answered from memory."""
    if method == "OPTIONS":
        return MEMORY
    return LANE_OF_PREFIX[next(prefix for prefix in _PREFIXES if path.startswith(prefix) or prefix == "/")]


class Turns:
    """Lets requests go on a few at a time, so that a decision that arrives among thousands waits for few of them.

    The event loop calls all functions that are ready, in order, before it looks for new ones.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_called = False

    async def wait(self) -> None:
        """Return when it is this request's turn."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if not self._is_called:
            self._is_called = True
            loop.call_soon(self._call, loop)
        await turn

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(min(REQUESTS_PER_TURN, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        self._is_called = bool(self._waiting)
        if self._is_called:
            loop.call_soon(self._call, loop)


class LaneThreads:
    """The threads of a lane, and the number of requests that are in it."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._threads = ThreadPoolExecutor(lane.threads, thread_name_prefix=lane.name)
        self._present = 0

    async def run(self, app: Flask, request: RsgiRequest, body: bytes, reply: Reply) -> None:
        """Let a thread of the lane answer a request. Raise BusyError at once if the lane is full."""
        if self._present >= self._lane.threads + self._lane.waiting:
            raise BusyError("too many requests wait for this already; try again in a moment")
        self._present += 1
        try:
            work = partial(self._answer, app, request, body, reply, monotonic() + self._lane.seconds)
            await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._present -= 1

    def _answer(self, app: Flask, request: RsgiRequest, body: bytes, reply: Reply, ends_at: float) -> None:
        left = ends_at - monotonic()
        if left <= 0:
            raise BusyError("this request waited too long; try again in a moment")
        with within(left):
            answer(app.wsgi_app, environ_of(request, body), reply, request.client)


class Server:
    """An RSGI application in front of the WSGI application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        services: Services = app.extensions[EXTENSION]
        self._snapshots = services.part(SnapshotHolder)
        self._public_origin = services.settings.public_origin
        self._metrics = services.metrics
        self._plain = front_of(_not_plain, services)
        self._bodies, self._turns = Bodies(), Turns()
        self._lanes = {lane.name: LaneThreads(lane) for lane in LANES}
        self._sweeping: asyncio.Task[None] | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin: granian calls this in each process before the first request."""
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.collect()
        gc.freeze()  # what is loaded now stays, and looking through it for garbage would take 25 ms each time
        self._sweeping = loop.create_task(self._bodies.refuse_late_ones())

    async def __rsgi__(self, request: RsgiRequest, reply: Any) -> None:
        """Answer a request."""
        lane, held = lane_of(request.method, request.path), 0
        is_decision = request.path == DECIDE and request.method == "POST"
        try:
            if not is_decision:
                await self._turns.wait()
            body = await self._read(request, reply, lane)
            held = len(body)
            if not is_decision or not self._decided(environ_of(request, body), reply):
                await self._lanes[lane.name].run(self._app, request, body, reply)
        except RefusedRequestError as error:
            self._refuse(request, reply, lane, error)
        except BusyError as error:
            self._refuse(request, reply, lane, RefusedRequestError(503, error.code, str(error)))
        except TimeoutError:
            log.warning("answer_cut", lane=lane.name)
        except StoreUnavailableError as error:  # the database went away in the middle of a download
            log.warning("answer_cut", lane=lane.name, reason=error.reason)
        except ProtocolClosed:
            log.info("caller_gone", lane=lane.name)
        finally:
            self._bodies.held_bytes -= held

    async def _read(self, request: RsgiRequest, reply: Any, lane: Lane) -> bytes:
        """Return the body of a request. Raise RefusedRequestError if it cannot be read whole."""
        try:
            return await self._bodies.read(request, reply, lane.body_bytes)
        except ProtocolClosed:
            raise RefusedRequestError(*INCOMPLETE) from None

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
        self._metrics.refused_requests.add(lane.name, error.code)
        if request.path == DECIDE and error.status == 503:
            self._metrics.fail_open.add(error.code)
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
