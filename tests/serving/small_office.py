"""The process of a back office with a small application, for tests: `python -m tests.serving.small_office DESCRIPTOR`.

The path of a request says what becomes of it.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator

from service.serving.answering import serve_socket
from service.web.requests import Environ, StartResponse

LONG_PARTS = 40
PART = b"x" * 65_536


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request as its path asks for."""
    start_response("201 CREATED", [("X-Host", environ["HTTP_HOST"]), ("X-Twice", "a"), ("X-Twice", "b")])
    match environ["PATH_INFO"]:
        case "/killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "/slow":
            time.sleep(0.5)
        case "/failed":
            raise RuntimeError("an error of ours")
        case "/long":
            return [PART] * LONG_PARTS
        case "/long-killed":
            return _killed_after(LONG_PARTS)
        case "/long-failed":
            return _failed_after(LONG_PARTS)
        case "/niceness":
            return [str(os.nice(0)).encode()]
    return [b"".join((environ["REQUEST_METHOD"].encode(), b" ", environ["wsgi.input"].read()))]


def _killed_after(parts: int) -> Iterator[bytes]:
    yield from [PART] * parts
    os.kill(os.getpid(), signal.SIGKILL)


def _failed_after(parts: int) -> Iterator[bytes]:
    yield from [PART] * parts
    raise TimeoutError("the database does not answer")


if __name__ == "__main__":
    serve_socket(application)
