"""Measure how fast webhooks are acknowledged, and how soon they are posted to the ledger.

    python -m infra.bench.webhooks [--rate-events N] [--rounds N] [--burst N]

This runs the service as the demo does: one server process, the job worker, the Stripe sandbox and its own embedded
PostgreSQL. Beside it runs a bare Flask route that commits one insert, with the same database. Quote the ratios, because
client and server share the machine. Exit status 1 if a target is missed.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from infra.bench.serving import SERVER
from infra.bench.webhook_burst import Burst, events_of_payments, send_burst
from infra.bench.webhook_rate import Rate, measure_rate, median_rate, signed_message
from service.database.embedded import embedded_postgresql
from service.database.engine import inbox_engine
from service.database.migrate import migrate
from service.database.transaction import committed_at_once
from service.demo.processes import HOST, Ports, Processes, free_ports
from service.demo.settings import environment

LEAST_RATIO = 0.9
MOST_LEDGER_SECONDS = 60.0
OPEN_FILES = 16_384
BARE_TABLE = """
CREATE TABLE bare_inserts (id text PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL);
GRANT INSERT ON bare_inserts TO keepopen_app
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much to measure: events per round, rounds, and events that arrive at once."""

    rate_events: int = 2000
    rounds: int = 5
    burst: int = 2000


@dataclass(frozen=True, slots=True)
class Figures:
    """The measurements. `ratio` and `cpu_ratio` compare webhooks with the bare route; above 1 webhooks are better."""

    burst: Burst
    bare: Rate
    webhook: Rate
    ratio: float
    cpu_ratio: float

    def misses(self) -> list[str]:
        """Return the targets that were missed, in words."""
        targets = {
            f"acknowledges less than {LEAST_RATIO} of the bare route": self.ratio < LEAST_RATIO,
            f"ledger later than {MOST_LEDGER_SECONDS:.0f} s": self.burst.ledger_p99 > MOST_LEDGER_SECONDS,
            "events were lost or posted twice": not self.burst.is_whole,
        }
        return [words for words, is_missed in targets.items() if is_missed]

    def table(self) -> str:
        """Return the measurements as text."""
        burst = self.burst
        lines = (
            ("", "bare route: Flask without hooks that commits one insert of the same body; same server and pool"),
            ("bare route", f"{self.bare.per_second:,.0f} per second, {self.bare.cpu_milliseconds:.2f} ms CPU each"),
            ("webhooks", f"{self.webhook.per_second:,.0f} per second, {self.webhook.cpu_milliseconds:.2f} ms CPU each"),
            ("ratio", f"{self.ratio:.2f} x bare by time, {self.cpu_ratio:.2f} x bare by CPU"),
            ("at once", f"{burst.sent:,} events, {burst.accepted:,} accepted"),
            ("  answered", f"p50 {burst.answer_p50:.2f} s, p99 {burst.answer_p99:.2f} s"),
            ("  in the ledger", f"p50 {burst.ledger_p50:.1f} s, p99 {burst.ledger_p99:.1f} s after sending"),
            ("  saved", f"{burst.inbox_rows:,} inbox rows, {burst.waiting:,} unfinished, {burst.entries:,} entries"),
        )
        return "\n".join(f"{name:<17} {text}" for name, text in lines)


def bare_app() -> Flask:
    """Return the cheapest possible webhook endpoint: a route without hooks that commits one insert of the body.

    It uses the service's connection pool and role. PostgreSQL compresses the body, so rows are about as long as ours.
    """
    app = Flask("bare")
    engine = inbox_engine(os.environ["DATABASE_URL"])
    insert = "INSERT INTO bare_inserts (id, body, received_at) VALUES (%s, %s, now())"

    @app.post("/bare")
    def bare() -> ResponseReturnValue:
        with committed_at_once(engine) as connection:
            connection.execute(insert, (uuid4().hex, request.get_data()))
        return jsonify(status="kept")

    return app


def measure(var_dir: Path, sizes: Sizes) -> Figures:
    """Start all processes, send the burst, then measure both routes in turn."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, OPEN_FILES)), hard))
    ports = free_ports()
    with embedded_postgresql(var_dir) as address:
        migrate(address)
        with psycopg.connect(address, autocommit=True) as owner:
            owner.execute(BARE_TABLE)
        with _running(ports, address, var_dir) as processes:
            events = events_of_payments(ports.sandbox_url, sizes.burst)
            burst = send_burst(ports, address, events)
            _stop(processes, "worker")
            return _figures(burst, _rates(ports, processes, address, sizes, events[0]))


@contextmanager
def _running(ports: Ports, address: str, var_dir: Path) -> Iterator[Processes]:
    """Run sandbox, service, worker and bare route. The bare route uses the port of the demo's newspaper."""
    processes = Processes(var_dir / "logs", environment(ports, address, var_dir))
    try:
        processes.start("sandbox", ["-m", "infra.stripe_sandbox", "--host", HOST, "--port", str(ports.sandbox)])
        processes.start("service", ["-m", "service", "--host", HOST, "--port", str(ports.service)])
        bare = ["--host", HOST, "--port", str(ports.newspaper), "--factory", "infra.bench.webhooks:bare_app"]
        processes.start("bare", [*SERVER, *bare])
        processes.start("worker", ["-m", "flask", "--app", "wsgi", "worker"])
        processes.wait_until_ready("sandbox", ports.sandbox_url)
        processes.wait_until_ready("service", f"{ports.service_url}/readyz")
        processes.wait_until_ready("bare", f"{ports.newspaper_url}/")
        yield processes
    finally:
        processes.stop()


def _stop(processes: Processes, name: str) -> None:
    """Stop a process, so that it does not take CPU time while others are measured."""
    process = processes.running.pop(name)
    process.terminate()
    process.wait(60)


def _rates(ports: Ports, processes: Processes, address: str, sizes: Sizes, example: bytes) -> list[tuple[Rate, Rate]]:
    """Measure bare route and webhooks in turn, so that other work on the machine affects both.

    Return (bare route, webhooks) for each round.
    """
    measured: dict[str, list[Rate]] = {"bare": [], "service": []}
    targets = {"bare": (ports.newspaper, "/bare"), "service": (ports.service, "/webhooks/stripe")}
    with psycopg.connect(address) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).parent()
    for number in range(sizes.rounds + 1):
        for name, (port, path) in targets.items():
            messages = [
                signed_message(path, _event_like(example, f"{number}_{index}")) for index in range(sizes.rate_events)
            ]
            trees = [postmaster, psutil.Process(processes.running[name].pid)]
            found = measure_rate(port, messages, [tree for tree in trees if tree])
            measured[name] += [found] if number else []  # the first round only warms up
    return list(zip(measured["bare"], measured["service"], strict=True))


def _figures(burst: Burst, pairs: list[tuple[Rate, Rate]]) -> Figures:
    return Figures(
        burst=burst,
        bare=median_rate([bare for bare, _ in pairs]),
        webhook=median_rate([service for _, service in pairs]),
        ratio=statistics.median(service.per_second / bare.per_second for bare, service in pairs),
        cpu_ratio=statistics.median(bare.cpu_milliseconds / service.cpu_milliseconds for bare, service in pairs),
    )


def _event_like(example: bytes, number: str) -> bytes:
    """Return a copy of an event with a new id and a new object id. An event about a charge has about 3 KB."""
    event = json.loads(example)
    event["id"], event["data"]["object"]["id"] = f"evt_{number}", f"ch_{number}"
    return json.dumps(event, indent=2).encode()


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
