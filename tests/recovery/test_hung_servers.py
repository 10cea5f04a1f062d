"""While PostgreSQL or Stripe hang, everything that does not need them goes on, and the rest is refused in time."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
import pytest

from service.database.embedded_server import EmbeddedServer
from service.demo.processes import Ports
from service.demo.seed import seed, site_document
from service.waiting_limits import INBOX, STRIPE
from tests.recovery.conftest import Installation, wait_until
from tests.recovery.serving import Served, serving
from tests.stripe_events.webhook import event, signed

QUICK_SECONDS = 0.5
ORIGIN = site_document(Ports())["origins"][0]


@contextmanager
def suspended(installation: Installation) -> Iterator[None]:
    """Stop all processes of PostgreSQL as SIGSTOP does: connections stay open, and nothing answers."""
    first = EmbeddedServer.prepared(installation.var_dir).postmaster()
    assert first is not None
    processes: list[psutil.Process] = [first, *first.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


@contextmanager
def silent_stripe() -> Iterator[str]:
    """Accept connections, and never answer on them."""
    accepted: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                accepted.append(listener.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in accepted:
                connection.close()


def deliver(served: Served, number: int) -> tuple[int, float]:
    """Deliver an event. Return the status of the answer and its seconds."""
    body = json.dumps(event(f"evt_{number}"))
    began = time.monotonic()
    headers = {"Stripe-Signature": signed(body, time.time())}
    status = served.ask("/webhooks/stripe", "POST", body.encode(), seconds=60, **headers)[0]
    return status, time.monotonic() - began


@pytest.fixture
def seeded(installation: Installation) -> Installation:
    seed(installation.address, Ports(), installation.var_dir)
    return installation


def test_a_database_that_hangs_delays_webhooks_only_and_they_are_refused_in_time(seeded: Installation) -> None:
    with serving(seeded) as served, ThreadPoolExecutor(24) as pool:
        assert {deliver(served, number)[0] for number in range(8)} == {200}
        with suspended(seeded):
            answers = [pool.submit(deliver, served, 100 + number) for number in range(20)]

            assert served.slow_moments("/livez") < QUICK_SECONDS
            assert served.slow_moments("/support/courier") < QUICK_SECONDS
            assert {answer.result()[0] for answer in answers} == {503}
            assert max(answer.result()[1] for answer in answers) < INBOX.seconds + 5

        wait_until(lambda: deliver(served, 500)[0] == 200)
        # A statement that PostgreSQL had already received may still be committed: Stripe sends that event again.
        accepted = {f"evt_{number}" for number in (*range(8), 500)}
        assert accepted <= {row[0] for row in seeded.rows("SELECT id FROM stripe_events")}


def test_readers_beyond_the_threads_are_refused_at_once_while_stripe_is_silent(seeded: Installation) -> None:
    def come_back(number: int) -> tuple[int, float]:
        began = time.monotonic()
        status = served.ask(f"/thanks?session_id=cs_test_{number}", seconds=60)[0]
        return status, time.monotonic() - began

    with silent_stripe() as address, serving(seeded, STRIPE_API_BASE=address) as served, ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(come_back, number) for number in range(STRIPE.threads)]
        time.sleep(1)
        began = time.monotonic()
        status, headers, _ = served.ask("/v1/checkout", "POST", b"{}", Origin=ORIGIN)

        assert (status, headers["content-type"]) == (503, "application/problem+json")
        assert headers["access-control-allow-origin"] == ORIGIN
        assert int(headers["retry-after"]) > 0
        assert time.monotonic() - began < QUICK_SECONDS
        assert served.slow_moments("/support/courier") < QUICK_SECONDS
        assert {answer.result()[0] for answer in waiting} == {200}  # the page says that nothing is confirmed yet
        assert max(answer.result()[1] for answer in waiting) < STRIPE.seconds

        status, seconds = come_back(99)  # Stripe has not answered several in a row, so it is not asked

        assert (status, seconds < 2) == (200, True)
