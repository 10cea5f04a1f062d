"""Measure how long decisions take while everything around them is in trouble.

    python -m infra.bench.lanes [--rate 1000] [--seconds 60] [--rows 1000000] [--only a,b] [--workers 1]

Decisions are sent at a fixed rate to the service as an operator runs it, with its own embedded PostgreSQL, and each
trouble goes on beside them. A time counts from the moment at which a request should have been sent. The callers run on
the same machine, so quote the figures with the machine and its load. Exit status 1 if a target is missed.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from infra.bench import troubles
from infra.bench.books import write_books
from infra.bench.newsroom import SITE, SITE_DOCUMENT, campaign_document, compiled_newsroom, heavy_reader
from infra.bench.open_loop import Latencies
from infra.bench.troubles import HOST, Target
from service.campaigns.editing import NOW, Author, publish, save_campaign, save_site
from service.campaigns.store import DocumentKind
from service.clock import system_clock
from service.database.embedded import embedded_postgresql
from service.database.engine import application_engine
from service.database.migrate import migrate
from service.demo.processes import Processes, free_ports
from service.demo.settings import SECRET_KEY, environment
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import passport_cookies
from service.sealing import KeyRing
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token

CAMPAIGNS = 20
MOST_P99_MILLISECONDS = 10.0
OPEN_FILES = 16_384
Trouble = Callable[[Target], AbstractContextManager[None]]
TROUBLES: dict[str, tuple[str, Trouble]] = {
    "0": ("nothing else", troubles.nothing),
    "a": ("2,000 slow callers", troubles.slow_callers),
    "b": ("Stripe is silent", troubles.silent_stripe),
    "c": ("PostgreSQL is stopped", troubles.hung_database),
    "d": ("three exports, one slow reader", troubles.exports),
    "e": ("a burst of 10,000 webhooks", troubles.burst),
    "f": ("the largest simulation", troubles.simulation),
    "g": ("the store of limits is silent", troubles.counted_checkouts),
    "h": ("PostgreSQL has no connection left", troubles.no_connection_left),
    "i": ("webhooks and an export", troubles.busy_day),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    rate: float
    seconds: float
    rows: int
    only: tuple[str, ...]
    workers: int


def measure(var_dir: Path, plan: Plan) -> dict[str, Latencies]:
    """Return what decisions took, by the letter of the trouble beside them. Print each result as it comes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, OPEN_FILES)), hard))
    found = {}
    with embedded_postgresql(var_dir) as address, silent_server() as silent:
        finance_token, editor_token = prepare(address, var_dir, plan.rows if {"d", "i"} & {*plan.only} else 1000)
        for letter in plan.only:
            words, trouble = TROUBLES[letter]
            more = {"STRIPE_API_BASE": silent} | (
                {"RATELIMIT_STORAGE_URI": f"redis{silent[4:]}"} if letter == "g" else {}
            )
            with running_service(address, var_dir, more, plan.workers) as (port, _):
                target = Target(port, address, var_dir, finance_token, editor_token, [])
                decisions(port, var_dir, plan.rate, 2)  # warms up
                with trouble(target):
                    found[letter] = decisions(port, var_dir, plan.rate, plan.seconds)
                print(line(letter, words, found[letter], target.notes), flush=True)
    return found


def prepare(address: str, var_dir: Path, rows: int) -> tuple[str, str]:
    """Fill the database, write the cookie of a reader into a file, and return the tokens of finance and an editor."""
    migrate(address)
    write_books(address, rows, is_livemode=False)
    engine = application_engine(address)
    author = Author("bench", system_clock())
    save_site(engine, SITE_DOCUMENT, author)
    for number in range(CAMPAIGNS):
        save_campaign(engine, campaign_document(number), author)
        publish(engine, DocumentKind.CAMPAIGN, f"campaign-{number}", NOW, author)
    keys = (SECRET_KEY,)
    tokens = [
        create_token(engine, keys, TokenRequest(role.value, role), author.at)
        for role in (TokenRole.FINANCE, TokenRole.EDITOR)
    ]
    engine.dispose()
    reader = heavy_reader(compiled_newsroom(CAMPAIGNS))
    passport = PassportSealer(KeyRing(keys)).seal(reader, SITE, int(author.at.timestamp()))
    cookie_file(var_dir).write_text(f"{passport_cookies(SITE, is_https=False).name}={passport}", encoding="ascii")
    return tokens[0].text, tokens[1].text


def cookie_file(var_dir: Path) -> Path:
    return var_dir / "cookie"


@contextmanager
def running_service(address: str, var_dir: Path, more: dict[str, str], workers: int = 1) -> Iterator[tuple[int, int]]:
    """Run the service as an operator does. Yield its port and its process."""
    ports = free_ports()
    processes = Processes(var_dir / "logs", environment(ports, address, var_dir) | {"LOG_LEVEL": "ERROR"} | more)
    try:
        processes.start(
            "service", ["-m", "service", "--host", HOST, "--port", str(ports.service), "--workers", str(workers)]
        )
        processes.wait_until_ready("service", f"{ports.service_url}/readyz")
        yield ports.service, processes.running["service"].pid
    finally:
        processes.stop()


@contextmanager
def silent_server() -> Iterator[str]:
    """Accept connections and never answer on them. Yield the address."""
    accepted: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                accepted.append(listener.accept()[0])

    with socket.create_server((HOST, 0), backlog=100) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in accepted:
                connection.close()


def decisions(port: int, var_dir: Path, rate: float, seconds: float) -> Latencies:
    """Send decisions from a process of their own."""
    arguments = (str(port), str(rate), str(seconds), str(cookie_file(var_dir)))
    command = [sys.executable, "-m", "infra.bench.open_loop", *arguments]
    return Latencies(**json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def line(letter: str, words: str, found: Latencies, notes: list[str]) -> str:
    """Return a line of the table."""
    counts = f"{found.answered:,} of {found.sent:,}, {found.refused} refused"
    times = f"p50 {found.p50:6.2f}  p99 {found.p99:7.2f}  worst {found.worst:7.1f} ms"
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"{letter} {words:34} {times}  {counts}  {load}" + "".join(f"; {note}" for note in notes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=1000, help="decisions a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rows", type=int, default=1_000_000, help="contributions in the exports")
    parser.add_argument("--workers", type=int, default=1, help="server processes, each with a back office")
    parser.add_argument("--only", default=",".join(TROUBLES), help="letters of troubles, with commas")
    given = parser.parse_args()
    plan = Plan(given.rate, given.seconds, given.rows, tuple(given.only.split(",")), given.workers)
    with tempfile.TemporaryDirectory(prefix="keepopen-bench-") as folder:
        found = measure(Path(folder), plan)
    slow = [letter for letter, result in found.items() if result.p99 > MOST_P99_MILLISECONDS or result.refused]
    if slow:
        print(f"missed: p99 above {MOST_P99_MILLISECONDS:.0f} ms, or refusals, in {', '.join(slow)}", file=sys.stderr)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
