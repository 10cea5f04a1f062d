"""Read whole request bodies before a thread is taken, so that a caller who sends slowly holds no thread."""

import asyncio
from time import monotonic
from typing import Any

from service.waiting_limits import BODY_SECONDS, HELD_BODY_BYTES, KIB
from service.web.rsgi import RsgiRequest

SWEEP_SECONDS = 0.5
SMALL_BODY_BYTES = 16 * KIB


class RefusedRequestError(Exception):
    """The server answers by itself, with this status, because the request may not reach the application."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(title)
        self.status, self.code, self.title = status, code, title


class Bodies:
    """Reads whole bodies, each within a deadline and a size, and all together within a bound of memory."""

    def __init__(self) -> None:
        self._began: dict[asyncio.Task[Any], float] = {}  # oldest first
        self._late: set[asyncio.Task[Any]] = set()
        self.held_bytes = 0

    async def read(self, request: RsgiRequest, reply: Any, most_bytes: int) -> bytes:
        """Return the body of a request. The caller subtracts its length from `held_bytes` when it is done with it."""
        headers = request.headers
        declared = headers.get("content-length")
        length = None if declared is None else int(declared)
        if length is None and "transfer-encoding" not in headers and request.http_version.startswith("1"):
            return b""
        if length is not None and length > most_bytes:
            raise RefusedRequestError(413, "body_too_large", "The body is longer than this path allows")
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("a request is handled outside a task")
        self._began[task] = monotonic()
        try:
            if length is not None and length <= SMALL_BODY_BYTES:
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
