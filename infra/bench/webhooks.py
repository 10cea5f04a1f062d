"""How fast webhooks are acknowledged, and how soon what they tell is in the ledger.

    python -m infra.bench.webhooks [--rate-events N] [--rounds N] [--burst N]

Runs the service as the demo does (granian, one worker process, the job worker, the Stripe sandbox, an embedded
PostgreSQL of its own) and beside it, on the same server settings and database, a bare Flask route with one committed
insert. The machine is shared with what is measured, so ratios are the figures to quote. Ends with 1 if an aim is missed
"""

import argparse
import asyncio
import json
import os
import resource
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import requests
import stripe
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from psycopg_pool import ConnectionPool

from service.database.embedded import embedded_postgresql
from service.database.migrate import migrate
from service.demo.processes import HOST, Ports, Processes, free_ports
from service.demo.run import SERVICE_THREADS
from service.demo.settings import STRIPE_API_KEY, WEBHOOK_SECRET, environment

LEAST_RATIO = 0.8
MOST_LEDGER_SECONDS = 60.0
CONNECTIONS = 16
PAGE_SIZE = 100
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
OPEN_FILES = 8192
SERVER = ("-m", "granian", "--interface", "wsgi", "--host", HOST, "--workers", "1", "--blocking-threads")
BARE_TABLE = "CREATE TABLE bare_inserts (id text PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL)"
MARK = {
    "keepopen_schema": "1",
    "keepopen_site": "courier",
    "keepopen_interval": "one_off",
    "keepopen_campaign": "autumn",
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: events a round and rounds of the rate, and events that arrive at once."""

    rate_events: int = 2000
    rounds: int = 5
    burst: int = 2000


@dataclass(frozen=True, slots=True)
class Rate:
    """One way of answering: answers a second, and processor time of server and database together for each."""

    per_second: float
    cpu_milliseconds: float


@dataclass(frozen=True, slots=True)
class Burst:
    """What became of events that arrived at once. Times in seconds."""

    sent: int
    accepted: int
    inbox_rows: int
    waiting: int
    entries: int
    answer_p50: float
    answer_p99: float
    ledger_p50: float
    ledger_p99: float

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost and nothing was booked twice."""
        return {self.accepted, self.inbox_rows, self.entries} == {self.sent} and not self.waiting


@dataclass(frozen=True, slots=True)
class Figures:
    burst: Burst
    bare: Rate
    webhook: Rate
    ratio: float
    cpu_ratio: float

    def misses(self) -> list[str]:
        """The aims that were missed, in words."""
        aims = {
            f"acknowledges less than {LEAST_RATIO} of the bare route": self.ratio < LEAST_RATIO,
            f"ledger later than {MOST_LEDGER_SECONDS:.0f} s": self.burst.ledger_p99 > MOST_LEDGER_SECONDS,
            "events were lost, or booked twice": not self.burst.is_whole,
        }
        return [words for words, is_missed in aims.items() if is_missed]

    def table(self) -> str:
        burst = self.burst
        lines = (
            ("bare route", f"{self.bare.per_second:,.0f} a second, {self.bare.cpu_milliseconds:.2f} ms CPU each"),
            ("webhooks", f"{self.webhook.per_second:,.0f} a second, {self.webhook.cpu_milliseconds:.2f} ms CPU each"),
            ("ratio", f"{self.ratio:.2f} x bare by time, {self.cpu_ratio:.2f} x bare by CPU"),
            ("at once", f"{burst.sent:,} events, {burst.accepted:,} accepted"),
            ("  answered", f"p50 {burst.answer_p50:.2f} s, p99 {burst.answer_p99:.2f} s"),
            ("  in the ledger", f"p50 {burst.ledger_p50:.1f} s, p99 {burst.ledger_p99:.1f} s after sending"),
            ("  kept", f"{burst.inbox_rows:,} inbox rows, {burst.waiting:,} unfinished, {burst.entries:,} entries"),
        )
        return "\n".join(f"{name:<17} {text}" for name, text in lines)


def bare_app() -> Flask:
    """What a webhook endpoint costs at the least: one committed insert of the body, on the driver itself."""
    app = Flask("bare")
    pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=8, max_size=8, kwargs={"autocommit": True})
    insert = "INSERT INTO bare_inserts (id, body, received_at) VALUES (%s, %s, now())"

    @app.post("/bare")
    def bare() -> ResponseReturnValue:
        with pool.connection() as connection:
            connection.execute(insert, (uuid4().hex, request.get_data()))
        return jsonify(status="kept")

    return app


def measure(var_dir: Path, sizes: Sizes) -> Figures:
    """Start everything, let the burst through, then time both routes by turns."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, OPEN_FILES)), hard))
    ports = free_ports()
    with embedded_postgresql(var_dir) as address:
        migrate(address)
        with psycopg.connect(address, autocommit=True) as owner:
            owner.execute(BARE_TABLE)
        with _running(ports, address, var_dir) as processes:
            burst = _burst(ports, address, sizes.burst)
            _stop(processes, "worker")
            return _rates(ports, processes, address, sizes, burst)


@contextmanager
def _running(ports: Ports, address: str, var_dir: Path) -> Iterator[Processes]:
    """Sandbox, service, worker and bare route, the last on the port of the demo's newspaper."""
    processes = Processes(var_dir / "logs", environment(ports, address, var_dir))
    served = {"service": (ports.service, "wsgi:app"), "bare": (ports.newspaper, "infra.bench.webhooks:bare_app")}
    try:
        processes.start("sandbox", ["-m", "infra.stripe_sandbox", "--host", HOST, "--port", str(ports.sandbox)])
        for name, (port, target) in served.items():
            factory = ["--factory"] if name == "bare" else []
            processes.start(name, [*SERVER, SERVICE_THREADS, "--port", str(port), *factory, target])
        processes.start("worker", ["-m", "flask", "--app", "wsgi", "worker"])
        processes.wait_until_ready("sandbox", ports.sandbox_url)
        processes.wait_until_ready("service", f"{ports.service_url}/readyz")
        processes.wait_until_ready("bare", f"{ports.newspaper_url}/")
        yield processes
    finally:
        processes.stop()


def _stop(processes: Processes, name: str) -> None:
    """End one process, so that it does not work while others are timed."""
    process = processes.running.pop(name)
    process.terminate()
    process.wait(60)


def _burst(ports: Ports, address: str, count: int) -> Burst:
    """Send what the sandbox has to tell about `count` payments at one moment, and follow it into the ledger."""
    events = _events_of_payments(ports.sandbox_url, count)
    began_at = time.time()
    answers = asyncio.run(_send_at_once(ports.service, [_message("/webhooks/stripe", each) for each in events]))
    posted_at = _await_entries(address, count)
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT count(*), count(*) FILTER (WHERE status <> 'done') FROM stripe_events")
        inbox_rows, waiting = rows.fetchone() or (0, 0)
    seconds = sorted(at - began_at for at in posted_at)
    times = sorted(took for _, took in answers)
    return Burst(
        sent=count,
        accepted=sum(status == 200 for status, _ in answers),
        inbox_rows=inbox_rows,
        waiting=waiting,
        entries=len(posted_at),
        answer_p50=_quantile(times, 0.5),
        answer_p99=_quantile(times, 0.99),
        ledger_p50=_quantile(seconds, 0.5),
        ledger_p99=_quantile(seconds, 0.99),
    )


def _events_of_payments(sandbox_url: str, count: int) -> list[bytes]:
    """Pay `count` times in the sandbox and give its `charge.succeeded` events, as it would send them."""
    stop = {"enabled": "true", "allow_redirects": "never"}

    def pay(number: int) -> None:
        client = stripe.StripeClient(STRIPE_API_KEY, base_addresses={"api": sandbox_url})
        wanted: Any = {
            "amount": 500 + number % 5000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": stop,
            "metadata": {**MARK, "keepopen_contribution": f"ctb_bench{number}"},
        }
        client.v1.payment_intents.create(wanted)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(pay, range(count)))
    while _list(sandbox_url, "charges", limit="1")[0]["balance_transaction"] is None:
        time.sleep(POLL_SECONDS)  # Stripe books a moment later, and tells of that by another event
    events: list[dict[str, Any]] = []
    while len(events) < count:
        after = {"starting_after": events[-1]["id"]} if events else {}
        events += _list(sandbox_url, "events", type="charge.succeeded", limit=str(PAGE_SIZE), **after)
    return [json.dumps(each).encode() for each in events]


def _list(sandbox_url: str, what: str, **query: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{sandbox_url}/v1/{what}", query, auth=(STRIPE_API_KEY, ""), timeout=60)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def _send_at_once(port: int, messages: Sequence[bytes]) -> list[tuple[int, float]]:
    """Each message on a connection of its own, all begun together: status and seconds of each."""

    async def send(message: bytes) -> tuple[int, float]:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        took = time.perf_counter() - began
        writer.close()
        return int(head.split(b" ", 2)[1]), took

    return await asyncio.gather(*(send(each) for each in messages))


def _await_entries(address: str, count: int) -> list[float]:
    """Times at which the charges were posted, once `count` are, or patience has ended."""
    query = "SELECT extract(epoch FROM posted_at)::float8 FROM ledger_entries WHERE source_type = 'charge'"
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(address, autocommit=True) as connection:
        while True:
            found = [row[0] for row in connection.execute(query)]
            open_events = "SELECT count(*) FROM stripe_events WHERE status IN ('received', 'failing')"
            waiting = (connection.execute(open_events).fetchone() or (0,))[0]
            if (len(found) >= count and not waiting) or time.monotonic() > deadline:
                return found
            time.sleep(POLL_SECONDS)


def _rates(ports: Ports, processes: Processes, address: str, sizes: Sizes, burst: Burst) -> Figures:
    """Both routes by turns, so that what else the machine does falls on both."""
    measured: dict[str, list[Rate]] = {"bare": [], "service": []}
    targets = {"bare": (ports.newspaper, "/bare"), "service": (ports.service, "/webhooks/stripe")}
    with psycopg.connect(address) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).parent()
    for number in range(sizes.rounds + 1):
        for name, (port, path) in targets.items():
            messages = [_message(path, _invented_event(f"{number}_{each}")) for each in range(sizes.rate_events)]
            trees = [postmaster, psutil.Process(processes.running[name].pid)]
            rate = _rate(port, messages, [tree for tree in trees if tree])
            measured[name] += [rate] if number else []  # the first round warms both up
    pairs = list(zip(measured["bare"], measured["service"], strict=True))
    return Figures(
        burst=burst,
        bare=_middle(measured["bare"]),
        webhook=_middle(measured["service"]),
        ratio=statistics.median(service.per_second / bare.per_second for bare, service in pairs),
        cpu_ratio=statistics.median(bare.cpu_milliseconds / service.cpu_milliseconds for bare, service in pairs),
    )


def _rate(port: int, messages: Sequence[bytes], trees: Sequence[psutil.Process]) -> Rate:
    before, began = _cpu_seconds(trees), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [messages[number::CONNECTIONS] for number in range(CONNECTIONS)]
        accepted = sum(pool.map(lambda share: _send_in_turn(port, share), shares))
    seconds = time.perf_counter() - began
    if accepted != len(messages):
        raise SystemExit(f"only {accepted} of {len(messages)} were accepted")
    return Rate(accepted / seconds, (_cpu_seconds(trees) - before) * 1000 / accepted)


def _send_in_turn(port: int, messages: Sequence[bytes]) -> int:
    """One message after the other on one connection; how many were answered 200."""
    accepted = 0
    with socket.create_connection((HOST, port)) as connection:
        for message in messages:
            connection.sendall(message)
            answer = connection.recv(65536)
            while b'"}' not in answer:
                answer += connection.recv(65536)
            accepted += answer.startswith(b"HTTP/1.1 200")
    return accepted


def _cpu_seconds(trees: Sequence[psutil.Process]) -> float:
    times = [each.cpu_times() for tree in trees for each in (tree, *tree.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def _message(path: str, body: bytes) -> bytes:
    """A signed request, ready to be sent."""
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET)
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _invented_event(number: str) -> bytes:
    """About 2.5 KB, as a charge's event has."""
    charge = {"id": f"ch_{number}", "object": "charge", "billing_details": {"name": "x" * 2000}, "metadata": MARK}
    event = {"id": f"evt_{number}", "object": "event", "type": "charge.succeeded", "livemode": False}
    return json.dumps({**event, "created": 1_763_461_800, "data": {"object": charge}}, indent=2).encode()


def _middle(rates: Sequence[Rate]) -> Rate:
    return Rate(
        statistics.median(each.per_second for each in rates), statistics.median(each.cpu_milliseconds for each in rates)
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("inf")


def main() -> None:
    usual = Sizes()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate-events", type=int, default=usual.rate_events)
    parser.add_argument("--rounds", type=int, default=usual.rounds)
    parser.add_argument("--burst", type=int, default=usual.burst)
    sizes = Sizes(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="keepopen-bench-") as folder:
        figures = measure(Path(folder), sizes)
    print(figures.table())
    misses = figures.misses()
    for words in misses:
        print(f"missed: {words}", file=sys.stderr)
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
