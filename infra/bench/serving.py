"""Start servers on free loopback ports and keep them busy with a few clients, for a limited time."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psutil

CLIENTS = 4
READY_SECONDS = 30
THREADS = "8"  # more only wait for each other
SERVER = ("-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", THREADS)


class Subject(NamedTuple):
    """An application to measure. `target`: its `module:name`, served by granian as a WSGI application."""

    target: str
    headers: dict[str, str]


class Served(NamedTuple):
    """What a server achieved: answers per second, and its own CPU time per answer.

    The clients run on the same machine, so the answers per second are fewer than the server could give alone.
    """

    per_second: float
    cpu_microseconds: float


def served(
    subjects: Sequence[Subject], body: Callable[[int], dict[str, Any]], *, seconds: float, turns: int = 16
) -> list[Served]:
    """Measure POSTs to /v1/decide of each subject, for `seconds` in all.

    Each subject has its own server, and the servers take turns. The best turn of each counts, because other work on the
    machine only makes a turn slower.
    """
    servers = [_Server(subject, body) for subject in subjects]
    try:
        for server in servers:
            server.serve(seconds / turns / 2)  # warm up
        every = [[server.serve(seconds / turns) for server in servers] for _ in range(turns)]
        return [
            Served(max(turn.per_second for turn in own), min(turn.cpu_microseconds for turn in own))
            for own in zip(*every, strict=True)
        ]
    finally:
        for server in servers:
            server.stop()


class _Server:
    def __init__(self, subject: Subject, body: Callable[[int], dict[str, Any]]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, *SERVER, "--host", "127.0.0.1", "--port", str(self._port), subject.target],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._requests = [_request(json.dumps(body(number)), subject.headers) for number in range(100)]

    def serve(self, seconds: float) -> Served:
        _wait(self._port)
        before = cpu_seconds(self._process.pid)
        answered = _load(self._port, self._requests, seconds)
        return Served(answered / seconds, (cpu_seconds(self._process.pid) - before) / answered * 1e6)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its children have used so far."""
    server = psutil.Process(pid)
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))


def _request(body: str, headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(("POST /v1/decide HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}", *lines))
    return f"{head}\r\n\r\n{body}".encode()


def _load(port: int, requests: list[bytes], seconds: float) -> int:
    """Return the number of answers. Each client sends its next request when the last one is answered."""
    answered = [0] * CLIENTS
    ends_at = time.monotonic() + seconds

    def ask(client: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            while time.monotonic() < ends_at:
                connection.sendall(requests[(client + answered[client]) % len(requests)])
                _read_answer(connection)
                answered[client] += 1

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered)


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536) or _lost()
    head, _, rest = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"answered {head[:20]!r}")
    missing = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]) - len(rest)
    while missing > 0:
        missing -= len(connection.recv(65_536) or _lost())


def _lost() -> bytes:
    raise ConnectionError("the server closed the connection")
