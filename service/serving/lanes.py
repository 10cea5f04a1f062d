"""Which lane answers a request, and the threads of a lane."""

import asyncio
import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from time import monotonic

from service.errors import BusyError
from service.serving.rsgi import Reply, Request, answer, environ_of
from service.waiting_limits import (
    EXPORTS,
    FINANCE,
    INBOX,
    MEMORY,
    PAGES,
    READERS,
    SIMULATIONS,
    STRIPE,
    Lane,
    within,
)
from service.web.requests import Wsgi

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


def lane_of(method: str, path: str) -> Lane:
    """Return the lane of a request. A browser's preflight of any path is answered from memory."""
    if method == "OPTIONS":
        return MEMORY
    return LANE_OF_PREFIX[next(prefix for prefix in _PREFIXES if path.startswith(prefix) or prefix == "/")]


class LaneThreads:
    """The threads of a lane, and a bound of the requests that are in it.

    With a `niceness` above 0, Linux lets these threads, but no others of the process, wait for more urgent ones.
    """

    def __init__(self, lane: Lane, app: Wsgi, niceness: int = 0) -> None:
        self._lane, self._app = lane, app
        self._threads = ThreadPoolExecutor(lane.threads, lane.name, initializer=os.nice, initargs=(niceness,))
        self._places = Semaphore(lane.threads + lane.waiting)

    def start(self, request: Request, body: bytes, reply: Reply) -> Future[None]:
        """Let a thread of the lane answer a request. Raise BusyError at once if the lane is full.

        The result raises BusyError if no thread was free before the request's deadline.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("too many requests wait for this already; try again in a moment")
        begun = self._threads.submit(self._answer, request, body, reply, monotonic() + self._lane.seconds)
        begun.add_done_callback(lambda _: self._places.release())
        return begun

    async def run(self, request: Request, body: bytes, reply: Reply) -> None:
        """Answer a request as `start` does, and return when that is done."""
        await asyncio.wrap_future(self.start(request, body, reply))

    def _answer(self, request: Request, body: bytes, reply: Reply, ends_at: float) -> None:
        left = ends_at - monotonic()
        if left <= 0:
            raise BusyError("this request waited too long; try again in a moment")
        with within(left):
            answer(self._app, environ_of(request, body), reply)


def threads_of(lanes: Iterable[Lane], app: Wsgi, niceness: int = 0) -> dict[Lane, LaneThreads]:
    """Return threads for each of these lanes."""
    return {lane: LaneThreads(lane, app, niceness) for lane in lanes}
