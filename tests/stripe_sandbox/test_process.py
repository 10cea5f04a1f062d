"""`python -m infra.stripe_sandbox`: it prints when it is ready, delivers webhooks, and continues after a restart."""

import hashlib
import hmac
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from urllib.request import Request, urlopen

SECRET = "whsec_process"
WAIT_SECONDS = 30


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """Run the process. Yield its address when it is ready."""
    command = [sys.executable, "-m", "infra.stripe_sandbox", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("stripe sandbox ready on http://127.0.0.1:")
            yield line.split()[-1]
        finally:
            process.terminate()
            assert process.wait(WAIT_SECONDS) == 0


@contextmanager
def endpoint() -> Iterator[tuple[str, Queue[tuple[str, bytes]]]]:
    """Run a webhook endpoint on loopback. Yield its URL and the deliveries it receives."""
    received: Queue[tuple[str, bytes]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((self.headers["Stripe-Signature"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/webhooks/stripe", received
        server.shutdown()
        serving.join()


def create_customer(address: str) -> None:
    request = Request(f"{address}/v1/customers", b"name=Ada", {"Authorization": "Bearer sk_test_x"})
    with urlopen(request, timeout=WAIT_SECONDS) as answer:
        assert answer.status == 200


def test_the_process_delivers_webhooks_and_keeps_its_state(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.sqlite"))
    with endpoint() as (url, received):
        hook = ("--webhook-url", url, "--webhook-secret", SECRET)
        with sandbox(*state, *hook) as address:
            create_customer(address)
            header, body = received.get(timeout=WAIT_SECONDS)
        with sandbox(*state, *hook) as address:
            request = Request(f"{address}/v1/customers", headers={"Authorization": "Bearer sk_test_x"})
            with urlopen(request, timeout=WAIT_SECONDS) as answer:
                assert b'"Ada"' in answer.read()

    moment, code = (part.partition("=")[2] for part in header.split(","))
    signed = f"{moment}.".encode() + body
    assert hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest() == code


def test_a_pending_webhook_is_delivered_after_a_restart(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.sqlite"))
    with endpoint() as (url, received):
        hook = ("--webhook-url", url, "--webhook-secret", SECRET)
        with sandbox(*state, *hook, "--webhook-delay-seconds", "2") as address:
            create_customer(address)
        assert received.empty()

        with sandbox(*state, *hook):
            assert b"customer.created" in received.get(timeout=WAIT_SECONDS)[1]


def test_a_port_in_use_ends_with_a_clear_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "infra.stripe_sandbox", "--port", port]

        done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_SECONDS, check=False)

    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is in use" in done.stderr
    assert "Traceback" not in done.stderr
