"""A call to a publication's service ends at its deadline, whatever the service or the network does."""

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.readers.outside import OutsideFaultError
from service.readers.outside_fetch import fetch
from service.waiting_limits import OUTSIDE_CALLS
from tests.contributions.mail.smtp_listener import HOST_NAME, write_certificate

URL = f"https://{HOST_NAME}/who"
TIMEOUT_SECONDS = 0.4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
Answer = Callable[[ssl.SSLSocket], None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("outside") / "certificate.pem")


@contextmanager
def serving(certificate: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve on this machine, in a world in which the host has a public address that leads here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as encrypted:
                    received = b""
                    while not received.endswith(b"{}"):
                        received += encrypted.recv(4096)
                    answer(encrypted)
            except OSError:
                pass  # the service has ended the connection

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:

        def connect_here(address: Any, timeout: float) -> socket.socket:
            connection = socket.socket()
            connection.settimeout(timeout)
            connection.connect(server.server_address)
            return connection

        def find_public_address(*arguments: Any, **options: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("9.9.9.9", 443))]

        monkeypatch.setattr(socket, "create_connection", connect_here)
        monkeypatch.setattr(socket, "getaddrinfo", find_public_address)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def answer_at_once(connection: ssl.SSLSocket) -> None:
    connection.sendall(HEAD + b"{}")


def drip(connection: ssl.SSLSocket) -> None:
    """Send a byte of a header every 0.1 seconds, which is never too late for a single read."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.1)


def seconds_of(call: Callable[[], object]) -> float:
    started_at = time.monotonic()
    with pytest.raises(OutsideFaultError):
        call()
    return time.monotonic() - started_at


def wait_until_no_call_runs() -> None:
    deadline = time.monotonic() + 30
    while any(thread.name == "outside" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_answer_in_time_is_returned(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(certificate, answer_at_once, monkeypatch):
        assert fetch(URL, b"{}", 30) == b"{}"


def test_a_service_that_sends_byte_by_byte_is_not_waited_for(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(certificate, drip, monkeypatch):
        assert seconds_of(lambda: fetch(URL, b"{}", TIMEOUT_SECONDS)) < 5 * TIMEOUT_SECONDS

        wait_until_no_call_runs()  # the connection was ended, although the service would go on for 20 seconds


def test_a_lookup_that_does_not_end_is_not_waited_for_and_blocks_only_so_many_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_over = threading.Event()
    looked_up = list[str]()

    def look_up(host: str, *arguments: Any, **options: Any) -> list[Any]:
        looked_up.append(host)
        is_over.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    seconds = [seconds_of(lambda: fetch(URL, b"{}", 0.1)) for _ in range(OUTSIDE_CALLS + 2)]
    is_over.set()
    wait_until_no_call_runs()

    assert max(seconds) < 2
    assert len(looked_up) == OUTSIDE_CALLS


@pytest.mark.parametrize("url", ["http://tide.example/who", "https://127.0.0.1/who", "https://tide.example:x/who"])
def test_a_call_that_is_not_made_leaves_room_for_others(url: str) -> None:
    for _ in range(2 * OUTSIDE_CALLS):
        with pytest.raises(OutsideFaultError):
            fetch(url, b"{}", 30)
