"""Send decide requests at a fixed rate, and measure each from the moment at which it should have been sent.

    python -m infra.bench.open_loop PORT RATE SECONDS COOKIE_FILE

A client that waits for an answer before it sends the next request would hide the waiting of the requests that it did
not send. The result is a JSON object. This is a program of its own, so that the clock of the measurement does not wait
for the threads of a bench.
"""

import json
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.bench.newsroom import page_view

CONNECTIONS = 64
PAGES = 200
PATIENCE_SECONDS = 10.0
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Latencies:
    """What became of the requests: counts, answers per second, and milliseconds until the answer."""

    sent: int
    answered: int
    refused: int
    per_second: float
    p50: float
    p99: float
    worst: float


@dataclass(slots=True)
class _Line:
    """A connection, the moment at which its request should have been sent, and what has arrived of the answer.

    The moment is 0 while no request is under way.
    """

    connection: socket.socket
    due_at: float = 0.0
    received: bytes = b""

    def is_answered(self) -> bool:
        """Take what has arrived. Return whether the answer is whole."""
        self.received += self.connection.recv(65_536) or _lost()
        head, found, body = self.received.partition(b"\r\n\r\n")
        return bool(found) and len(body) >= int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])


def measure(port: int, rate: float, seconds: float, requests: list[bytes], connections: int = CONNECTIONS) -> Latencies:
    """Send requests at this rate for so long, and wait for the answers."""
    lines = [_Line(_connection(port)) for _ in range(connections)]
    try:
        return _sent(port, lines, (rate, seconds), requests)
    finally:
        for line in lines:
            line.connection.close()


def _sent(port: int, lines: list[_Line], pace: tuple[float, float], requests: list[bytes]) -> Latencies:
    rate, seconds = pace
    by_number = {line.connection.fileno(): line for line in lines}
    arrivals = select.epoll()
    for number in by_number:
        arrivals.register(number, select.EPOLLIN)
    free, waiting = list(lines), 0
    latencies: list[float] = []
    sent = refused = 0
    total, began = int(rate * seconds), time.perf_counter()
    while (sent < total or waiting) and time.perf_counter() < began + seconds + PATIENCE_SECONDS:
        while sent < total and free and began + sent / rate <= time.perf_counter():
            line = free.pop()
            line.due_at, line.received = began + sent / rate, b""
            line.connection.send(requests[sent % len(requests)])
            sent, waiting = sent + 1, waiting + 1
        pause = began + sent / rate - time.perf_counter() if sent < total and free else 0.5
        for number, _ in arrivals.poll(max(0.0, pause)):
            line = by_number[number]
            if not line.due_at:  # a proxy closed a connection that was idle for long
                arrivals.unregister(number)
                line.connection.close()
                line.connection = _connection(port)
                by_number[line.connection.fileno()] = line
                arrivals.register(line.connection.fileno(), select.EPOLLIN)
            elif line.is_answered():
                latencies.append((time.perf_counter() - line.due_at) * 1000)
                refused += not line.received.startswith(b"HTTP/1.1 200")
                line.due_at = 0.0
                free.append(line)
                waiting -= 1
    took = time.perf_counter() - began
    latencies = sorted(latencies + [float("inf")] * (total - len(latencies)))
    p50, p99 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    return Latencies(
        sent, total - latencies.count(float("inf")), refused, len(latencies) / took, p50, p99, latencies[-1]
    )


def _connection(port: int) -> socket.socket:
    connection = socket.create_connection((HOST, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _lost() -> bytes:
    raise ConnectionError("the server closed the connection")


def decide_requests(cookie: str) -> list[bytes]:
    """Return the requests of a reader on many pages."""
    found = []
    for number in range(PAGES):
        body = json.dumps(page_view(number))
        lines = (
            "POST /v1/decide HTTP/1.1",
            f"Host: {HOST}",
            "Content-Type: application/json",
            f"Cookie: {cookie}",
            "User-Agent: Mozilla/5.0 (Linux; Android 15) Mobile",
            f"Content-Length: {len(body)}",
        )
        found.append(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    return found


if __name__ == "__main__":
    port, rate, seconds, cookie_file = sys.argv[1:]
    requests = decide_requests(Path(cookie_file).read_text(encoding="ascii"))
    print(json.dumps(asdict(measure(int(port), float(rate), float(seconds), requests))))
