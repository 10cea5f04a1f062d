"""The process of a back office with a small application, for tests: `python -m tests.serving.small_office DESCRIPTOR`.

The path of a request says what becomes of it.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from unittest import mock

from service.serving.answering import ForwardedReply, serve_socket
from service.web.requests import Environ, StartResponse

LONG_PARTS = 40
PART = b"x" * 65_536


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request as its path asks for."""
    start_response("201 CREATED", [("X-Host", environ["HTTP_HOST"]), ("X-Twice", "a"), ("X-Twice", "b")])
    match environ["PATH_INFO"]:
        case "/killed":
            _kill()
        case "/slow":
            time.sleep(0.5)
        case "/failed":
            raise RuntimeError("an error of ours")
        case "/long" | "/long-killed" | "/long-failed" | "/killed-when-open" as path:
            return _long(path)
        case "/niceness":
            return [str(os.nice(0)).encode()]
    return [b"".join((environ["REQUEST_METHOD"].encode(), b" ", environ["wsgi.input"].read()))]


def _kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _long(path: str) -> Iterator[bytes]:
    if path == "/killed-when-open":
        mock.patch.object(ForwardedReply, "pipe_opened", _kill).start()
    yield from [PART] * LONG_PARTS
    if path == "/long-killed":
        _kill()
    if path == "/long-failed":
        raise TimeoutError("the database does not answer")


if __name__ == "__main__":
    serve_socket(application)
