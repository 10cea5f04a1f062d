"""What the connection to Stripe does if Stripe is slow, and what it tells Stripe."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import stripe

from service.settings import Settings
from service.stripe_gateway import transport
from service.stripe_gateway.transport import BoundedClient, stripe_client
from service.waiting_limits import STRIPE_FAILURES

DEADLINE_SECONDS = 0.4


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """Answer each request with this head, and then with a byte every tenth of a second, for three seconds."""

    def drip(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.recv(65_536)
            caller.sendall(head)
            for _ in range(30):
                time.sleep(0.1)
                caller.sendall(b" ")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listener.accept()[0],)).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1/charges"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


class Recorder(BaseHTTPRequestHandler):
    """Answers every request with an empty object, and keeps the headers."""

    heard: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.heard.append(dict(self.headers.items()))
        self.send_response(200)
        self.send_header("Request-Id", "req_1")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def test_nothing_about_this_machine_is_sent_to_stripe_or_kept(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever).start()
        client = stripe_client(replace(settings, stripe_api_base=f"http://127.0.0.1:{server.server_port}"))
        for _ in range(2):
            client.v1.balance.retrieve()
        server.shutdown()

    assert len(Recorder.heard) == 2
    for headers in Recorder.heard:
        about_us = json.loads(headers["X-Stripe-Client-User-Agent"])
        assert about_us.keys() <= {"bindings_version", "lang", "lang_version", "httplib", "ai_agent"}
        assert "X-Stripe-Client-Telemetry" not in headers
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("exception", "is_heard"), [("", True), ("stripe.example", False)])
def test_requests_go_through_the_proxy_of_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, exception: str, is_heard: bool
) -> None:
    before = len(Recorder.heard)
    with HTTPServer(("127.0.0.1", 0), Recorder) as proxy:
        threading.Thread(target=proxy.serve_forever).start()
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, exception)
        client = stripe_client(replace(settings, stripe_api_base="http://stripe.example"))
        with nullcontext() if is_heard else pytest.raises(stripe.APIConnectionError):
            client.v1.balance.retrieve(options={"max_network_retries": 0})
        proxy.shutdown()

    assert [headers["Host"] for headers in Recorder.heard[before:]] == ["stripe.example"] * is_heard


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_an_answer_in_single_bytes_is_waited_for_only_until_the_deadline(
    head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "STRIPE_CALL_SECONDS", DEADLINE_SECONDS)
    monkeypatch.setattr(transport, "STRIPE_PAUSE_SECONDS", 10.0)
    client = BoundedClient()
    with dripping(head) as url:
        for _ in range(STRIPE_FAILURES):
            began = time.monotonic()
            with pytest.raises(stripe.APIConnectionError, match="not whole in time") as late:
                client.request("get", url, {})
            assert not late.value.should_retry
            assert time.monotonic() - began < DEADLINE_SECONDS + 1

        with pytest.raises(stripe.APIConnectionError, match="several requests in a row"):
            client.request("get", url, {})
