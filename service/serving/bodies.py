"""Read whole request bodies before a thread is taken, so that a caller who sends slowly holds no thread.

granian ends a chunked body that breaks off as if it were whole. The beginning of a JSON document is never one, and
webhooks are signed, but half a YAML document or half a form could be taken for the whole. So these must state a length.
"""

import asyncio
from time import monotonic
from typing import Any

from service.serving.rsgi import Request
from service.waiting_limits import BODY_SECONDS, HELD_BODY_BYTES, KIB

SWEEP_SECONDS = 0.5
SMALL_BODY_BYTES = 16 * KIB
TYPES_WITH_LENGTH = ("application/yaml", "text/yaml", "application/x-www-form-urlencoded", "multipart/")


INCOMPLETE = (400, "incomplete_body", "The body ended before the length that the request states")


class RefusedRequestError(Exception):
    """The server answers by itself, with this status, because the request may not reach the application."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(title)
        self.status, self.code, self.title = status, code, title


def _stated_length(request: Request, most_bytes: int) -> int | None:
    """Return the length of a body, 0 if there is none, or None if it is chunked.

    Raise RefusedRequestError if the length is too large, or missing where it is needed.
    """
    headers = request.headers
    stated = headers.get("content-length")
    if stated is not None:
        if int(stated) > most_bytes:
            raise RefusedRequestError(413, "body_too_large", "The body is longer than this path allows")
        return int(stated)
    if "transfer-encoding" not in headers and request.http_version.startswith("1"):
        return 0
    if headers.get("content-type", "").lower().startswith(TYPES_WITH_LENGTH):
        raise RefusedRequestError(411, "length_required", "A body of this type needs the header Content-Length")
    return None


class Bodies:
    """Reads whole bodies, each within a deadline and a size, and all together within a bound of memory."""

    def __init__(self) -> None:
        self._began: dict[asyncio.Task[Any], float] = {}  # oldest first
        self._late: set[asyncio.Task[Any]] = set()
        self.held_bytes = 0

    async def read(self, request: Request, reply: Any, most_bytes: int) -> bytes:
        """Return the body of a request. The caller subtracts its length from `held_bytes` when it is done with it.

        Raise RefusedRequestError if the body is too long, too late, or not whole.
        """
        length = _stated_length(request, most_bytes)
        if length == 0:
            return b""
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("a request is handled outside a task")
        self._began[task] = monotonic()
        try:
            if length is not None and length <= SMALL_BODY_BYTES:
                body: bytes = await reply()
                self._hold(len(body))
                return body
            body = await self._read_parts(reply, most_bytes)
            if length is not None and len(body) != length:
                self.held_bytes -= len(body)
                raise RefusedRequestError(*INCOMPLETE)
            return body
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
