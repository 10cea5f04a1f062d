"""The real server on an installation's database, and callers who are slow on purpose."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from statistics import quantiles

from tests.recovery.conftest import Installation, wait_until

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Served:
    """A running service."""

    port: int
    pid: int

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, seconds: float = 10, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request on a connection of its own. Return status, headers and body of the answer."""
        connection = HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    def is_alive(self) -> bool:
        try:
            return self.ask("/livez")[0] == 200
        except (OSError, HTTPException):
            return False

    def slow_moments(self, path: str, count: int = 50) -> float:
        """Ask many times, one after another. Return the 90th percentile of the seconds until the answer."""
        seconds = []
        for _ in range(count):
            began = time.perf_counter()
            assert self.ask(path)[0] < 500
            seconds.append(time.perf_counter() - began)
        return quantiles(seconds, n=10)[-1]

    def stop(self) -> None:
        """Ask the server to stop, as a supervisor does."""
        os.kill(self.pid, signal.SIGTERM)

    def sending(self, start: bytes, *, takes_little: bool = False) -> socket.socket:
        """Open a connection, perhaps with small buffers for what comes back, and send the start of a request."""
        connection = socket.socket()
        connection.settimeout(30)
        if takes_little:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((HOST, self.port))
        connection.sendall(start)
        return connection


@contextmanager
def serving(installation: Installation, *options: str, **settings: str) -> Iterator[Served]:
    """Run the service as an operator does, with granian's options, until the end of the block."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = ["-m", "service", "--port", str(port), *options]
    with installation.running(command, **settings) as process, ExitStack() as stack:
        served = Served(port, process.pid)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        wait_until(served.is_alive)
        yield served
