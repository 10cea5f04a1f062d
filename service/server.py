"""The server application: reads whole requests, answers plain decisions at once, and gives the rest to their lanes.

granian calls `SERVER` for each request, in an event loop (`python -m service` starts it). No thread is taken before the
body of a request is in memory, so a caller who sends slowly holds a connection and nothing else. A plain decision is
made in the event loop, because it waits for nothing. Other requests of readers are answered by the WSGI application in
the threads of their lane, and those of staff and machines by the back office.
"""

import asyncio
import gc
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from flask import Flask
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # it is meant for applications

from service.app import create_app
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.fast_path import PlainDecisions
from service.errors import BusyError, StoreUnavailableError
from service.insights.flusher import Flusher
from service.services import EXTENSION, Services
from service.serving.back_office import BackOffice
from service.serving.bodies import INCOMPLETE, Bodies, RefusedRequestError
from service.serving.lanes import lane_of, threads_of
from service.serving.rsgi import DirectReply, Headers, Reply, Request, RsgiReply
from service.serving.turns import Turns
from service.settings import read_settings
from service.waiting_limits import BACK_OFFICE_LANES, READER_LANES, READERS, STOP_SECONDS, Lane
from service.web.requests import cors_headers

DECIDE = "/v1/decide"
SWITCH_SECONDS = 0.0002
RETRY_AFTER_SECONDS = 2
PARENT_SECONDS = 1.0  # between two looks whether the main process still runs
Run = Callable[[Request, bytes, Reply], Awaitable[None]]
log = structlog.get_logger()


class Server:
    """An RSGI application that answers plain decisions, and gives each other request to what runs its lane."""

    def __init__(self, app: Flask, lanes: Mapping[Lane, Run], office: BackOffice | None = None) -> None:
        self._lanes, self._office = lanes, office
        services: Services = app.extensions[EXTENSION]
        self._snapshots = services.part(SnapshotHolder)
        self._public_origin = services.settings.public_origin
        self._metrics = services.metrics
        self._decisions = PlainDecisions(services)
        self._flusher = services.part(Flusher)
        self._bodies, self._turns = Bodies(), Turns()
        self._kept: list[asyncio.Task[None]] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin: granian calls this in each process before the first request."""
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.collect()
        gc.freeze()  # what is loaded now stays, and looking through it for garbage would take 25 ms each time
        self._kept.append(loop.create_task(self._bodies.refuse_late_ones()))
        self._kept.append(loop.create_task(_end_after_parent()))
        if self._office is not None:
            self._kept.append(loop.create_task(self._office.keep_running()))

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """End: granian calls this in each process after the last answer."""
        for task in self._kept:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*self._kept, return_exceptions=True))
        self._flusher.stop()

    async def __rsgi__(self, request: Request, reply: Any) -> None:
        """Answer a request."""
        is_decision = request.path == DECIDE and request.method == "POST"
        lane = READERS if is_decision else lane_of(request.method, request.path)
        held = 0
        try:
            if not is_decision:
                await self._turns.wait()
            body = await self._read(request, reply, lane)
            held = len(body)
            if not is_decision or not self._decided(request, body, reply):
                await self._lanes[lane](request, body, DirectReply(reply, request.client))
        except RefusedRequestError as error:
            self._refuse(request, reply, lane, error)
        except BusyError as error:
            self._refuse(request, reply, lane, RefusedRequestError(503, error.code, str(error)))
        except (TimeoutError, ConnectionError) as error:
            log.warning("answer_cut", lane=lane.name, reason=str(error))
        except StoreUnavailableError as error:  # the database went away in the middle of a download
            log.warning("answer_cut", lane=lane.name, reason=error.reason)
        except ProtocolClosed:
            log.info("caller_gone", lane=lane.name)
        finally:
            self._bodies.held_bytes -= held

    async def _read(self, request: Request, reply: Any, lane: Lane) -> bytes:
        """Return the body of a request. Raise RefusedRequestError if it cannot be read whole."""
        try:
            return await self._bodies.read(request, reply, lane.body_bytes)
        except ProtocolClosed:
            raise RefusedRequestError(*INCOMPLETE) from None

    def _decided(self, request: Request, body: bytes, reply: RsgiReply) -> bool:
        """Answer a plain decide request. Return False, with nothing sent, if it is not plain."""
        headers = request.headers
        answered = self._decisions.answered(body, headers.get, "; ".join(headers.get_all("cookie")))
        if answered is None:
            return False
        reply.response_bytes(200, answered[1], answered[0])
        return True

    def _refuse(self, request: Request, reply: RsgiReply, lane: Lane, error: RefusedRequestError) -> None:
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


async def _end_after_parent() -> None:
    """Stop when granian's main process, which starts and stops this one, has been killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    while os.getppid() == parent.pid:
        await asyncio.sleep(PARENT_SECONDS)
    log.error("main_process_gone")
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(STOP_SECONDS)
    os._exit(1)


def _server() -> Server:
    """Return the server with its back office, which starts at the same time."""
    office = BackOffice()
    app = create_app(read_settings())
    here = {lane: threads.run for lane, threads in threads_of(READER_LANES, app.wsgi_app).items()}
    return Server(app, here | {lane: partial(office.run, lane) for lane in BACK_OFFICE_LANES}, office)


def __getattr__(name: str) -> Server:
    """Build the server when granian asks for it, and not when a test imports this module."""
    if name == "SERVER":
        return _server()
    raise AttributeError(name)
