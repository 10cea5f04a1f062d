"""The server's side of its back office: starts that process, forwards requests to it, and sends its answers on.

The back office (`service/back_office.py`) answers everything that readers do not wait for: webhooks, exports,
simulations, and the pages of staff. It is a process of its own, because the threads of one Python process take turns:
an export or a burst of webhooks in the server's process would keep decisions waiting. It goes when the server goes,
because it reads from a socket that only the server has. If it ends by itself, it is started again.
"""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass

import structlog

from service.errors import BusyError
from service.serving.messages import LENGTHS, AnswerHead, AnswerKind, ForwardedRequest, answer_head, packed
from service.serving.rsgi import Reply, Request, delete_pipe
from service.waiting_limits import BACK_OFFICE_PAUSE_SECONDS, BACK_OFFICE_START_SECONDS, BACK_OFFICE_STOP_SECONDS, Lane

COMMAND = ("-m", "service.back_office")
GONE = "the process that answers this has just ended; try again in a moment"
log = structlog.get_logger()


@dataclass(slots=True)
class _Waiting:
    """A request that the back office works on, and our end of the pipe through which its answer comes.

    granian takes the end of a pipe for the end of the answer. While we hold the pipe too, a back office that is killed
    in the middle of a download does not end it.
    """

    done: asyncio.Future[None]
    reply: Reply
    pipe: int | None = None
    pipe_name: str = ""

    def end(self, error: Exception | None = None) -> None:
        """Let the request end. If a download is not whole, its connection is cut first."""
        if self.pipe is not None:
            if error is not None:
                self.reply.cut()
                error = ConnectionError(str(error))
            os.close(self.pipe)
            delete_pipe(self.pipe_name)  # its process may have been killed before it could say that it is open
            self.pipe = None
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class BackOffice:
    """Forwards requests to a process of their own. All of it runs in the event loop of the server."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, _Waiting] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._is_connected = asyncio.Event()
        self._process, self._socket = _started()

    async def run(self, lane: Lane, request: Request, body: bytes, reply: Reply) -> None:
        """Let a thread of a lane of the back office answer a request, and return when that is done.

        Raise BusyError if the lane is full, or if the back office does not answer.
        """
        try:
            async with asyncio.timeout(lane.seconds + BACK_OFFICE_START_SECONDS):
                await self._is_connected.wait()
                await self._forwarded(lane, request, body, reply)
        except TimeoutError:
            raise BusyError("this request waited too long; try again in a moment") from None

    async def _forwarded(self, lane: Lane, request: Request, body: bytes, reply: Reply) -> None:
        if self._writer is None:
            raise BusyError(GONE)
        head = ForwardedRequest(
            next(self._numbers),
            lane.name,
            request.http_version,
            request.server,
            request.client,
            request.scheme,
            request.method,
            request.path,
            request.query_string,
            request.authority,
            list(request.headers.items()),
        )
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[head.number] = _Waiting(done, reply)
        try:
            self._writer.write(packed(head, body))
            await done
        finally:
            self._waiting.pop(head.number).end(BusyError(GONE))  # a download that is not whole must not look so

    async def keep_running(self) -> None:
        """Read answers for as long as the server runs, and start the process again whenever it has ended."""
        while True:
            try:
                await self._read_answers()
            finally:
                await self._disconnect()
            log.error("back_office_ended", status=self._process.returncode)
            await asyncio.sleep(BACK_OFFICE_PAUSE_SECONDS)
            self._process, self._socket = _started()

    async def _read_answers(self) -> None:
        """Connect to the process, and pass its answers on until it ends."""
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self._is_connected.set()
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head_length, body_length = LENGTHS.unpack(await reader.readexactly(LENGTHS.size))
                head = answer_head(await reader.readexactly(head_length))
                body = await reader.readexactly(body_length)
                waiting = self._waiting.get(head.number)
                if waiting is not None:  # otherwise its time was over
                    _pass_on(head, body, waiting)

    async def _disconnect(self) -> None:
        """End the requests that wait, and return when the process has ended, which it does when its socket closes."""
        self._is_connected.clear()
        if self._writer is not None:
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()
            self._writer = None
        for waiting in self._waiting.values():
            waiting.end(BusyError(GONE))
        await asyncio.to_thread(_ended, self._process)


def _started() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the process. Return it, and our end of the socket to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, *COMMAND, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()])  # noqa: S603
    return process, ours


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Return when the process has ended. Kill it if it takes too long."""
    process.terminate()  # it obeys only while it starts
    try:
        process.wait(BACK_OFFICE_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _held(pipe: str) -> int:
    """Open a named pipe for writing before it has a reader, which Linux allows while it is open for both."""
    both = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    finally:
        os.close(both)


def _pass_on(head: AnswerHead, body: bytes, waiting: _Waiting) -> None:
    """Do with a request what a message of the back office says. A client that has gone ends its request."""
    try:
        match head.kind:
            case AnswerKind.WHOLE:
                waiting.reply.response_bytes(head.status, head.headers, body)
                waiting.end()
            case AnswerKind.FILE:
                waiting.pipe, waiting.pipe_name = _held(head.text), head.text
                waiting.reply.response_file(head.status, head.headers, head.text)
            case AnswerKind.OPENED:
                delete_pipe(head.text)
            case AnswerKind.CUT:
                waiting.reply.cut()
            case AnswerKind.BUSY:
                waiting.end(BusyError(head.text))
            case AnswerKind.END:
                waiting.end()
    except Exception as error:  # granian's own, of a connection that has gone; the request's task says what it is
        waiting.end(error)
