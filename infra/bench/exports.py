"""Measure how fast contributions.csv is, compared with PostgreSQL's own COPY of the same columns and rows.

    python -m infra.bench.exports --rows 1000000

COPY writes the values as they are stored, in the order of the file. A second COPY writes the finished text of the
cells. They take turns with the export. Print the seconds and the processor time of each, the time to the first byte and
the growth of memory. Exit status 1 if a figure misses its target.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg
from psycopg import sql

from infra.bench.books import write_books
from service.database.embedded import embedded_postgresql
from service.database.engine import application_engine
from service.database.migrate import migrate
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.query_store import formatted, ordered
from service.exports.request import ExportName, ExportRequest
from service.exports.stream import ExportStream
from service.settings import Settings

LEAST_RATIO = 0.85
MOST_GROWTH_MIB = 64.0
MOST_FIRST_BYTE_SECONDS = 1.0
MOST_FIRST_ROW_SECONDS = 1.0
ROUNDS = 3
MIB = 1024 * 1024


@dataclass(slots=True)
class Cost:
    """What a way of reading the rows took: elapsed seconds, and the processor time of PostgreSQL and this process."""

    seconds: float = 0.0
    processor_seconds: float = 0.0

    def least(self, other: "Cost") -> "Cost":
        """Return the lower figures of both."""
        return Cost(min(self.seconds, other.seconds), min(self.processor_seconds, other.processor_seconds))


@dataclass(frozen=True, slots=True)
class Figures:
    """The measured figures: the least cost of several rounds, but the slowest first byte and the largest growth."""

    rows: int
    copy: Cost
    finished: Cost
    export: Cost
    first_byte_seconds: float
    first_row_seconds: float
    growth_mib: float

    @property
    def ratio(self) -> float:
        """The processor time of COPY as a share of that of the export."""
        return self.copy.processor_seconds / self.export.processor_seconds

    def together(self, other: "Figures") -> "Figures":
        """Return the figures of two rounds."""
        return Figures(
            rows=self.rows,
            copy=self.copy.least(other.copy),
            finished=self.finished.least(other.finished),
            export=self.export.least(other.export),
            first_byte_seconds=max(self.first_byte_seconds, other.first_byte_seconds),
            first_row_seconds=max(self.first_row_seconds, other.first_row_seconds),
            growth_mib=max(self.growth_mib, other.growth_mib),
        )

    def misses(self) -> list[str]:
        """Return a sentence for each target that was missed."""
        targets = {
            f"slower than {LEAST_RATIO} of COPY": self.ratio < LEAST_RATIO,
            f"first byte after {MOST_FIRST_BYTE_SECONDS} s": self.first_byte_seconds > MOST_FIRST_BYTE_SECONDS,
            f"first row after {MOST_FIRST_ROW_SECONDS} s": self.first_row_seconds > MOST_FIRST_ROW_SECONDS,
            f"memory grew more than {MOST_GROWTH_MIB} MiB": self.growth_mib > MOST_GROWTH_MIB,
        }
        return [words for words, is_missed in targets.items() if is_missed]


def bench_settings() -> Settings:
    """Return settings with a live key; no measurement calls Stripe."""
    return Settings(
        public_url="http://127.0.0.1",
        secret_keys=("a-key-for-measuring-a-key-for-measuring",),
        stripe_api_key="rk_live_keepopen_bench",
        stripe_webhook_secrets=("whsec_keepopen_bench",),
        accounting_timezone="Europe/Dublin",
    )


def measure(address: str, rows: int) -> Figures:
    """Write books into an empty database, and time both ways of reading them."""
    migrate(address)
    write_books(address, rows)
    engine = application_engine(address)
    try:
        exports = Exports(engine, bench_settings(), lambda: datetime.now(UTC))
        return _measure_rounds(exports, address)
    finally:
        engine.dispose()


def _measure_rounds(exports: Exports, address: str) -> Figures:
    plain, finished = _statements(exports)
    _copy(address, plain)  # warms the cache for all
    rounds = []
    for _ in range(ROUNDS):
        copies = _copy(address, plain), _copy(address, finished)
        rounds.append(_export(exports, address, *copies))
    return reduce(Figures.together, rounds)


def _open(exports: Exports) -> ExportStream:
    return open_export(exports, OPERATOR, ExportRequest(ExportName.CONTRIBUTIONS), "csv")


def _export(exports: Exports, address: str, copy: Cost, finished: Cost) -> Figures:
    """Read the export to its end, as a download does, and return the figures of this round."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    arrivals: list[float] = []
    with _cost(address) as cost:
        started = time.perf_counter()
        with contextlib.closing(_open(exports)) as stream:
            for number, _ in enumerate(stream):
                if number < 2:
                    arrivals.append(time.perf_counter() - started)
                if number % 50 == 0:
                    most = max(most, process.memory_info().rss)
    growth = (max(most, process.memory_info().rss) - before) / MIB
    return Figures(stream.row_count, copy, finished, cost, arrivals[0], arrivals[-1], growth)


def _statements(exports: Exports) -> tuple[sql.Composable, sql.Composable]:
    """Return the statements of the values behind the file's columns, and of its finished cells, both in its order."""
    with contextlib.closing(_open(exports)) as stream:
        columns, rows, request = stream.file.columns, stream.file.rows, stream.request
    values = sql.SQL(", ").join(
        sql.SQL("{value} AS {name}").format(value=sql.Identifier(column.source), name=sql.Identifier(column.name))
        for column in columns
        if not column.is_personal
    )
    plain = sql.SQL("SELECT {values} FROM ({rows}) r").format(values=values, rows=ordered(request, rows))
    return plain, formatted(columns, rows, request)


def _copy(address: str, statement: sql.Composable) -> Cost:
    """Return the cost of a COPY with the settings of an export."""
    copying = sql.SQL("COPY ({statement}) TO STDOUT (FORMAT csv)").format(statement=statement)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET work_mem = '64MB'")
        cursor.execute("SET jit = off")
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        with _cost(address) as cost, cursor.copy(cast("Any", copying)) as copy:
            for _ in copy:
                pass
    return cost


@contextlib.contextmanager
def _cost(address: str) -> Iterator[Cost]:
    """Yield a cost that is filled in at the end of the block. Other programs must not use this PostgreSQL."""
    cost, before, started = Cost(), _processor_seconds(address), time.perf_counter()
    yield cost
    cost.seconds = time.perf_counter() - started
    cost.processor_seconds = _processor_seconds(address) - before


def _processor_seconds(address: str) -> float:
    """Return the processor time so far of this process and of PostgreSQL's processes, if they are on this machine.

    Processes that have ended are counted too, because an export ends its connection.
    """
    with psycopg.connect(address) as connection:
        pid = connection.info.backend_pid
        processes = [psutil.Process()]
        ended = 0.0
        with contextlib.suppress(psutil.NoSuchProcess):
            server = psutil.Process(pid).parent()
            if server is not None:
                processes += server.children()
                ended = server.cpu_times().children_user + server.cpu_times().children_system
        return ended + sum(_spent(process) for process in processes)


def _spent(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


@contextlib.contextmanager
def _database(given: str | None) -> Iterator[str]:
    """Yield the address of the empty database named on the command line, or of a temporary embedded one."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="keepopen-bench-") as folder, embedded_postgresql(Path(folder)) as address:
        yield address


def main() -> None:
    """Parse the command line, measure, and print the figures."""
    parser = argparse.ArgumentParser(description="Measure contributions.csv against COPY.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", help="An empty PostgreSQL database; without it an embedded one is used.")
    arguments = parser.parse_args()
    with _database(arguments.database) as address:
        figures = measure(address, arguments.rows)
    print(f"rows                {figures.rows:,}")
    for name, cost in (("COPY", figures.copy), ("COPY of the text", figures.finished), ("export", figures.export)):
        print(f"{name:19} {cost.seconds:.2f} s, {cost.processor_seconds:.2f} s of processor time")
    print(f"ratio               {figures.ratio:.2f} x COPY in processor time")
    print(
        f"first byte          {figures.first_byte_seconds:.3f} s (first rows after {figures.first_row_seconds:.2f} s)"
    )
    print(f"memory growth       {figures.growth_mib:.1f} MiB")
    misses = figures.misses()
    for words in misses:
        print(f"missed: {words}", file=sys.stderr)
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
