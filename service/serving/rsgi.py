"""The bridge from granian's asynchronous interface (RSGI) to our WSGI applications.

A request whose body is whole becomes a WSGI environ. The answer of the WSGI application goes to granian, which sends it
at the reader's pace without a thread of ours. Only a download that is made while it is sent keeps its thread, and is
cut if the reader takes nothing for too long.

RSGI is described at https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import os
import select
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from service.waiting_limits import STALLED_READER_SECONDS, seconds_left
from service.web.requests import Environ, Wsgi, environ_key

Headers = list[tuple[str, str]]
OPEN_SECONDS = 5.0  # for granian to begin reading a download
_COMMON: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
_LEFT_OUT = frozenset({"content-length", "transfer-encoding"})  # the body is whole, so its length is known


class Request(Protocol):
    """What RSGI says of a request. `server` and `client` are addresses with ports."""

    @property
    def http_version(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query_string(self) -> str: ...
    @property
    def authority(self) -> str | None: ...
    @property
    def headers(self) -> Any:
        """The headers: a mapping with names in lower case, in which a name may occur more than once."""


class RsgiReply(Protocol):
    """How RSGI takes an answer."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole answer."""

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Send what a file holds, at the reader's pace."""


class Reply(RsgiReply, Protocol):
    """How the answer of a lane is sent."""

    def pipe_opened(self, file: str) -> None:
        """Note that a named pipe, whose answer has begun, is open on both sides."""

    def cut(self) -> None:
        """End the connection in the middle of the answer."""


class DirectReply:
    """Sends an answer through granian, to the client with this address (`host:port`)."""

    def __init__(self, rsgi: RsgiReply, client: str) -> None:
        self.response_bytes, self.response_file = rsgi.response_bytes, rsgi.response_file
        self._client = client

    def pipe_opened(self, file: str) -> None:
        """Delete the pipe's name. It ends with this process, as the connection does, so no half answer looks whole."""
        delete_pipe(file)

    def cut(self) -> None:
        """End the connection in the middle of its answer. Do nothing if it has gone.

        RSGI has no call for this. The connection belongs to this process, so its file descriptor is found by its
        address.
        """
        client = self._client.replace("[", "").replace("]", "")
        for entry in Path("/dev/fd").iterdir():
            with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as found:
                address = found.getpeername()
                if isinstance(address, tuple) and f"{address[0]}:{address[1]}" == client:
                    found.shutdown(socket.SHUT_RDWR)
                    return


def environ_of(request: Request, body: bytes) -> Environ:
    """Return the WSGI environ of a request.

    Headers with an underscore in their names are left out, because `X_Forwarded_For` would look like
    `X-Forwarded-For`, which only our own proxies may send.
    """
    host, _, port = request.server.rpartition(":")
    environ = _COMMON | {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path if request.path.isascii() else request.path.encode().decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "REMOTE_ADDR": request.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": BytesIO(body),
    }
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    if request.authority is not None:
        environ["HTTP_HOST"] = request.authority
    for name, value in request.headers.items():
        if "_" in name or name in _LEFT_OUT:
            continue
        key = environ_key(name)
        if key in environ and key != "HTTP_HOST":
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        else:
            environ[key] = value
    return environ


class Started:
    """What a WSGI application calls to begin its answer."""

    status = 500
    headers: Headers

    def __call__(self, status: str, headers: Headers, _: object = None) -> None:
        self.status, self.headers = int(status[:3]), headers


def answer(wsgi: Wsgi, environ: Environ, reply: Reply) -> None:
    """Call a WSGI application and send its answer. A single chunk is sent whole, and more are sent as they come."""
    started = Started()
    chunks = wsgi(environ, started)
    try:
        parts = (part for part in chunks if part)
        first, second = next(parts, b""), next(parts, None)
        if second is None:
            reply.response_bytes(started.status, started.headers, first)
        else:
            _send_as_they_come(reply, started, _in_order(first, second, parts))
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _in_order(first: bytes, second: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest


def _send_as_they_come(reply: Reply, started: Started, parts: Iterator[bytes]) -> None:
    """Send parts of an answer through a pipe that granian reads like a file.

    granian keeps what it was given to send in memory, without a bound. But it reads a file only as fast as the reader
    takes it, so a full pipe means that the reader is slow. If the parts cannot all be sent, the connection is cut,
    so that the beginning of a file is not taken for the whole.
    """
    with tempfile.TemporaryDirectory(prefix="keepopen-") as folder:
        path = Path(folder, "answer")
        os.mkfifo(path, 0o600)
        reply.response_file(started.status, started.headers, str(path))
        with _pipe(path) as pipe:
            reply.pipe_opened(str(path))
            try:
                for part in parts:
                    _write(pipe, part)
            except BrokenPipeError:
                return  # the reader has gone
            except BaseException:
                reply.cut()
                raise


def delete_pipe(file: str) -> None:
    """Delete the name of a pipe that is open, and its folder, so that a process that is killed leaves none behind."""
    with suppress(OSError):
        Path(file).unlink()
        Path(file).parent.rmdir()


@contextmanager
def _pipe(path: Path) -> Iterator[int]:
    """Open a named pipe for writing, once granian has opened it for reading."""
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        with suppress(OSError):  # it has no reader yet
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            break
        if time.monotonic() > deadline:
            raise TimeoutError("the answer was not read")
        time.sleep(0.001)
    try:
        yield pipe
    finally:
        os.close(pipe)


def _write(pipe: int, part: bytes) -> None:
    """Write all of a part. Raise TimeoutError if the reader takes nothing for too long."""
    room = select.poll()
    room.register(pipe, select.POLLOUT)
    rest = memoryview(part)
    while rest:
        if not room.poll(seconds_left(STALLED_READER_SECONDS) * 1000):
            raise TimeoutError("the reader takes nothing")
        with suppress(BlockingIOError):
            rest = rest[os.write(pipe, rest) :]
