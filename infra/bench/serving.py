"""A server on a free port of loopback and a few clients that keep it busy for a bounded time."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

CLIENTS = 4
READY_SECONDS = 30


def requests_per_second(
    target: str, body: Callable[[int], dict[str, Any]], headers: dict[str, str], seconds: float
) -> float:
    """Answered POSTs to /v1/decide per second. `target` is `module:name` of a WSGI application, served by granian."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", target]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        return _load(port, [json.dumps(body(number)) for number in range(100)], headers, seconds)
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def _load(port: int, bodies: list[str], headers: dict[str, str], seconds: float) -> float:
    answered = [0] * CLIENTS
    ends_at = time.monotonic() + seconds

    def ask(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        number = client
        while time.monotonic() < ends_at:
            connection.request("POST", "/v1/decide", bodies[number % len(bodies)], headers)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"answered {response.status}")
            answered[client] += 1
            number += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered) / seconds
