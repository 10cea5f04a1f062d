"""The back office's side of the socket: reads requests, lets the threads of their lanes answer them, and sends answers.

It ends when the server closes the socket. Signals to stop are ignored, because they also reach the server, which waits
for requests in flight.
"""

import signal
import socket
import sys
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock

import structlog

from service.errors import BusyError, StoreUnavailableError
from service.serving.lanes import threads_of
from service.serving.messages import AnswerHead, AnswerKind, ForwardedRequest, packed, received
from service.serving.rsgi import Headers
from service.waiting_limits import BACK_OFFICE_LANES, BACK_OFFICE_NICENESS
from service.web.requests import Wsgi

log = structlog.get_logger()


class Connection:
    """Sends messages to the server, from several threads."""

    def __init__(self, to_server: socket.socket) -> None:
        self._to_server, self._turn = to_server, Lock()

    def send(self, head: AnswerHead, body: bytes = b"") -> None:
        """Send a message. Do nothing if the server has gone."""
        message = packed(head, body)
        with self._turn, suppress(OSError):
            self._to_server.sendall(message)


class ForwardedReply:
    """Sends the answer of a request to the server, which passes it on."""

    def __init__(self, connection: Connection, request: ForwardedRequest) -> None:
        self._connection, self._number, self._lane = connection, request.number, request.lane
        self._is_whole = False

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole answer."""
        self._is_whole = True
        self._connection.send(AnswerHead(self._number, AnswerKind.WHOLE, status, headers), body)

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Begin an answer that the server reads from a named pipe."""
        self._connection.send(AnswerHead(self._number, AnswerKind.FILE, status, headers, file))

    def pipe_opened(self, file: str) -> None:
        """Let the server delete the pipe's name, which nothing needs any more."""
        self._connection.send(AnswerHead(self._number, AnswerKind.OPENED, text=file))

    def cut(self) -> None:
        """Let the server end the connection in the middle of the answer."""
        self._connection.send(AnswerHead(self._number, AnswerKind.CUT))

    def refuse(self, error: BusyError) -> None:
        """Let the server refuse the request."""
        self._is_whole = True
        self._connection.send(AnswerHead(self._number, AnswerKind.BUSY, text=str(error)))

    def end(self, answered: Future[None]) -> None:
        """Say that nothing more will come, unless the server knows."""
        error = answered.exception()
        if isinstance(error, BusyError):
            self.refuse(error)
        elif isinstance(error, StoreUnavailableError | TimeoutError):
            log.warning("answer_cut", lane=self._lane, reason=str(error))
        elif error is not None:
            log.error("unexpected_error", lane=self._lane, exc_info=error)
        if not self._is_whole:
            self._connection.send(AnswerHead(self._number, AnswerKind.END))


def serve(from_server: socket.socket, app: Wsgi) -> None:
    """Let the application answer requests until the server closes the socket."""
    lanes = {lane.name: threads for lane, threads in threads_of(BACK_OFFICE_LANES, app, BACK_OFFICE_NICENESS).items()}
    connection = Connection(from_server)
    for head, body in received(from_server.makefile("rb")):
        request = ForwardedRequest(*head)
        reply = ForwardedReply(connection, request)
        try:
            lanes[request.lane].start(request, body, reply).add_done_callback(reply.end)
        except BusyError as error:
            reply.refuse(error)


def serve_socket(app: Wsgi) -> None:
    """Serve on the socket whose descriptor is the argument of the command."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as from_server:
        serve(from_server, app)
