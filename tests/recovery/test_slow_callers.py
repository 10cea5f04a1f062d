"""Callers who send or read slowly, by the hundred, do not keep others waiting."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from infra.bench.books import write_books
from service.demo.processes import Ports
from service.demo.seed import seed
from service.demo.settings import SECRET_KEY
from service.waiting_limits import BODY_SECONDS, EXPORTS
from tests.recovery.conftest import Installation, installed, wait_until
from tests.recovery.serving import Served, serving

ROWS = 60_000  # a file of several MB, more than the buffers of a connection
QUICK_SECONDS = 0.5  # ten times a usual answer on a busy machine, and a tenth of any deadline
SLOW_CALLERS = 300
STARTS = (
    b"POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{",
    b"POST /v1/checkout HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{",
    b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{",
    b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
    b"POST /v1/simulate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHo",
    b"",
)
EXPORT = "/v1/exports/contributions.csv?from=2020-01-01&to=2099-12-31"


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with installed() as installation:
        write_books(installation.address, ROWS, is_livemode=False)
        yield installation


@pytest.fixture(scope="module")
def token(installation: Installation) -> str:
    return seed(installation.address, Ports(), installation.var_dir)


@pytest.fixture(scope="module")
def served(installation: Installation, token: str) -> Iterator[Served]:
    with serving(installation, SECRET_KEYS=SECRET_KEY) as served:
        yield served


@contextmanager
def downloads(served: Served, token: str) -> Iterator[list[socket.socket]]:
    """Begin as many downloads as may run. Their readers have read the first bytes and take no more."""
    request = f"GET {EXPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    with ExitStack() as stack:
        readers = [
            stack.enter_context(served.sending(request.encode(), takes_little=True)) for _ in range(EXPORTS.threads)
        ]
        assert all(reader.recv(12) == b"HTTP/1.1 200" for reader in readers)
        yield readers


def test_senders_who_never_finish_keep_nobody_waiting_and_are_refused(served: Served) -> None:
    with ExitStack() as stack:
        callers = [stack.enter_context(served.sending(STARTS[n % len(STARTS)])) for n in range(SLOW_CALLERS)]
        began = time.monotonic()

        assert served.slow_moments("/livez") < QUICK_SECONDS
        assert served.slow_moments("/support/courier") < QUICK_SECONDS
        assert served.ask("/webhooks/stripe", "POST", b"{}")[0] == 400
        assert callers[0].recv(12) == b"HTTP/1.1 408"
        assert time.monotonic() - began + 1 >= BODY_SECONDS
        assert callers[3].recv(12) == b"HTTP/1.1 408"
        assert time.monotonic() - began < BODY_SECONDS + 5


def test_a_body_in_single_bytes_is_read_if_it_arrives_in_time(served: Served) -> None:
    with served.sending(b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") as caller:
        for character in b'{"id":1}':
            caller.sendall(b"1\r\n%c\r\n" % character)
        caller.sendall(b"0\r\n\r\n")

        assert caller.recv(12) == b"HTTP/1.1 400"


def test_a_body_that_never_ends_is_refused_at_its_limit(served: Served) -> None:
    with served.sending(b"POST /v1/checkout HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") as caller:
        for _ in range(20):
            caller.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

        assert caller.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Type: application/json\r\nContent-Length: 50", b"400"),
        (b"Content-Type: application/yaml\r\nContent-Length: 50000", b"400"),
        (b"Content-Type: application/yaml\r\nTransfer-Encoding: chunked", b"411"),
        (b"Content-Type: text/YAML; charset=utf-8\r\nTransfer-Encoding: chunked", b"411"),
        (b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked", b"411"),
    ],
    ids=["short", "long", "a document in chunks", "another type of it", "a form in chunks"],
)
def test_half_a_body_is_never_taken_for_the_whole(served: Served, token: str, headers: bytes, status: bytes) -> None:
    lines = (b"PUT /v1/campaigns/half HTTP/1.1", b"Host: x", b"Authorization: Bearer " + token.encode(), headers)
    with served.sending(b"\r\n".join(lines) + b"\r\n\r\n5\r\na: b\n\r\n") as caller:
        caller.shutdown(socket.SHUT_WR)

        assert caller.recv(12) == b"HTTP/1.1 " + status


def test_a_caller_who_goes_away_in_the_middle_leaves_no_trace(served: Served, installation: Installation) -> None:
    for start in STARTS:
        served.sending(start).close()
    for _ in range(200):
        with served.sending(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n") as caller:
            caller.shutdown(socket.SHUT_WR)
            assert caller.recv(12) in {b"", b"HTTP/1.1 200"}

    assert served.slow_moments("/livez") < QUICK_SECONDS
    assert b"Traceback" not in installation.output.read_bytes()


def test_readers_of_downloads_who_read_nothing_keep_nobody_waiting_and_get_the_whole_file_later(
    token: str, installation: Installation
) -> None:
    # A server of its own, because it is stopped here, and the other tests may run in any order.
    with serving(installation, SECRET_KEYS=SECRET_KEY) as served, downloads(served, token) as readers:
        began = time.monotonic()
        status, headers, body = served.ask(EXPORT, Authorization=f"Bearer {token}")

        assert (status, headers["content-type"], b'"busy"' in body) == (503, "application/problem+json", True)
        assert int(headers["retry-after"]) > 0
        assert time.monotonic() - began < QUICK_SECONDS
        assert served.slow_moments("/support/courier") < QUICK_SECONDS
        assert served.ask("/webhooks/stripe", "POST", b"{}")[0] == 400

        served.stop()  # what has begun comes to its end
        with ThreadPoolExecutor() as pool:
            files = list(pool.map(read_all, readers))

        assert all(file.count(b",txn_") > ROWS * 0.99 for file in files)  # some are split between two chunks
        assert all(file.endswith(b"0\r\n\r\n") for file in files)
        wait_until(lambda: not served.is_alive())
    latest = "SELECT outcome, row_count FROM export_runs ORDER BY asked_at DESC LIMIT {}"
    assert installation.rows(latest.format(EXPORTS.threads)) == [("completed", ROWS)] * EXPORTS.threads


def read_all(reader: socket.socket) -> bytes:
    received = []
    while part := reader.recv(1 << 20):
        received.append(part)
    return b"".join(received)
