"""The troubles of the bench of lanes: each goes on until the end of its block."""

import asyncio
import json
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
import psycopg

from infra.bench.newsroom import SITE_DOCUMENT, campaign_document, page_view
from infra.bench.webhook_rate import signed_message
from service.database.embedded_server import EmbeddedServer

HOST = "127.0.0.1"
SLOW_CALLERS = 2000
BURST = 10_000
STRIPE_CALLERS = 8
SIMULATED_CAMPAIGNS, SIMULATED_STEPS = 50, 1000
EXPORT = "/v1/exports/contributions.csv?from=2020-01-01&to=2099-12-31"


@dataclass(frozen=True, slots=True)
class Target:
    """The service that is to be troubled. `notes`: what a trouble has to tell at its end."""

    port: int
    address: str
    var_dir: Path
    finance_token: str
    editor_token: str
    notes: list[str]


@contextmanager
def in_background(act: Callable[[], None], count: int = 1) -> Iterator[None]:
    """Repeat an act in threads until the end of the block."""
    ended = threading.Event()

    def repeat() -> None:
        while not ended.is_set():
            with suppress(OSError, HTTPException):
                act()

    threads = [threading.Thread(target=repeat) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def ask(port: int, path: str, body: bytes | None = None, token: str = "") -> int:
    """Send a request and read the answer. Return its status."""
    connection = HTTPConnection(HOST, port, timeout=60)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        while response.read(1 << 20):
            pass
        return response.status
    finally:
        connection.close()


@contextmanager
def nothing(_: Target) -> Iterator[None]:
    """No trouble."""
    yield


@contextmanager
def slow_callers(target: Target) -> Iterator[None]:
    """(a) Many callers hold connections and send a byte of a body every second."""
    start = b"POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"
    with ExitStack() as stack, selectors.DefaultSelector():
        callers = []
        for _ in range(SLOW_CALLERS):
            callers.append(stack.enter_context(socket.create_connection((HOST, target.port))))
            callers[-1].sendall(start)

        def drip() -> None:
            time.sleep(1)
            for number, caller in enumerate(callers):
                try:
                    caller.sendall(b" ")
                except OSError:  # it was refused, and comes again
                    caller.close()
                    callers[number] = stack.enter_context(socket.create_connection((HOST, target.port)))
                    callers[number].sendall(start)

        with in_background(drip):
            yield


@contextmanager
def silent_stripe(target: Target) -> Iterator[None]:
    """(b) Readers come back from Stripe's page, and Stripe answers none of our questions."""
    with in_background(lambda: _pause_after(ask(target.port, "/thanks?session_id=cs_test_bench")), STRIPE_CALLERS):
        yield


@contextmanager
def hung_database(target: Target) -> Iterator[None]:
    """(c) PostgreSQL is stopped by SIGSTOP, and webhooks arrive."""
    first = EmbeddedServer.prepared(target.var_dir).postmaster()
    if first is None:
        raise AssertionError("there is no server to stop")
    processes = [first, *first.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        with _webhooks(target):
            yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()
        time.sleep(5)


@contextmanager
def exports(target: Target) -> Iterator[None]:
    """(d) Three exports run, and one of their readers takes 1 KB a second."""
    request = f"GET {EXPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.finance_token}\r\n\r\n"
    with socket.create_connection((HOST, target.port)) as reader:
        reader.sendall(request.encode())

        def sip() -> None:
            reader.recv(1024)
            time.sleep(1)

        with (
            in_background(sip),
            in_background(lambda: _pause_after(ask(target.port, EXPORT, None, target.finance_token)), 2),
        ):
            time.sleep(2)
            yield


@contextmanager
def burst(target: Target) -> Iterator[None]:
    """(e) Webhooks arrive all at once."""
    answers: list[int] = []
    messages = [signed_message("/webhooks/stripe", _event(number)) for number in range(BURST)]
    thread = threading.Thread(target=lambda: answers.extend(asyncio.run(_send_at_once(target.port, messages))))
    thread.start()
    yield
    thread.join()
    refused, lost = answers.count(503), answers.count(0)
    target.notes.append(f"{answers.count(200):,} of {BURST:,} webhooks accepted, {refused} refused, {lost} lost")


@contextmanager
def simulation(target: Target) -> Iterator[None]:
    """(f) An editor sends the largest simulation that is allowed, again and again."""
    view = {key: value for key, value in page_view(0).items() if key not in {"site", "view_id"}}
    steps = [{"at": "2026-11-18 10:00", "view": view}] * SIMULATED_STEPS
    campaigns = [campaign_document(number) for number in range(SIMULATED_CAMPAIGNS)]
    body = json.dumps({"site": SITE_DOCUMENT, "campaigns": campaigns, "steps": steps}).encode()
    statuses: list[int] = []
    with in_background(lambda: statuses.append(ask(target.port, "/v1/simulate", body, target.editor_token))):
        yield
    target.notes.append(f"simulations were answered {sorted(set(statuses))}")


@contextmanager
def counted_checkouts(target: Target) -> Iterator[None]:
    """(g) Checkouts arrive, and the store in which they are counted does not answer."""
    statuses: list[int] = []

    def check_out() -> None:
        statuses.append(ask(target.port, "/v1/checkout", b"{}"))
        _pause_after(statuses[-1])

    with in_background(check_out, STRIPE_CALLERS):
        yield
    target.notes.append(f"{len(statuses)} checkouts were answered {sorted(set(statuses))}")


@contextmanager
def no_connection_left(target: Target) -> Iterator[None]:
    """(h) All connections of PostgreSQL are taken, also those that the service had, and webhooks arrive."""
    with ExitStack() as stack:
        with psycopg.connect(target.address, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND"
                " backend_type = 'client backend'"
            )
            with suppress(psycopg.OperationalError):
                while True:
                    stack.enter_context(psycopg.connect(target.address, autocommit=True))
        with _webhooks(target):
            yield
    time.sleep(3)


@contextmanager
def busy_day(target: Target) -> Iterator[None]:
    """(i) Webhooks arrive all the time, and one export follows another."""
    with (
        _webhooks(target),
        in_background(lambda: _pause_after(ask(target.port, EXPORT, None, target.finance_token))),
    ):
        yield


@contextmanager
def _webhooks(target: Target) -> Iterator[None]:
    numbers = iter(range(10**9))

    def deliver() -> None:
        with socket.create_connection((HOST, target.port), timeout=60) as connection:
            connection.sendall(signed_message("/webhooks/stripe", _event(10**9 + next(numbers))))
            connection.recv(4096)
        time.sleep(0.05)

    with in_background(deliver, 8):
        yield


def _event(number: int) -> bytes:
    about = {"id": f"ch_{number}", "object": "charge"}
    event = {"id": f"evt_{number}", "object": "event", "type": "charge.succeeded", "livemode": False}
    return json.dumps({**event, "created": 1_763_461_800, "data": {"object": about}, "padding": "x" * 2500}).encode()


async def _send_at_once(port: int, messages: list[bytes]) -> list[int]:
    async def send(message: bytes) -> int:
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            writer.close()
            return int(head.split(b" ", 2)[1])
        except (OSError, asyncio.IncompleteReadError):
            return 0

    return await asyncio.gather(*(send(message) for message in messages))


def _pause_after(status: int) -> None:
    """Wait a little after a refusal, as a caller does who reads Retry-After."""
    if status != 200:
        time.sleep(0.2)
