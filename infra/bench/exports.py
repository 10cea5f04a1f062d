"""Measure how fast contributions.csv is, compared with PostgreSQL's own COPY of the same columns and rows.

    python -m infra.bench.exports --rows 1000000

Print the rows per second of both, their ratio, the time to the first byte and the growth of memory. Exit status 1 if a
figure misses its target.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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
from service.exports.query_store import ordered
from service.exports.request import ExportName, ExportRequest
from service.exports.stream import ExportStream
from service.settings import Settings

LEAST_RATIO = 0.5
MOST_GROWTH_MIB = 64.0
MOST_FIRST_BYTE_SECONDS = 1.0
MOST_FIRST_ROW_SECONDS = 1.0
ROUNDS = 3
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Figures:
    """The measured figures: the fastest of several rounds, but the slowest first byte and the largest growth."""

    rows: int
    copy_seconds: float
    export_seconds: float
    first_byte_seconds: float
    first_row_seconds: float
    growth_mib: float

    @property
    def ratio(self) -> float:
        """The speed of the export as a share of the speed of COPY."""
        return self.copy_seconds / self.export_seconds

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
    copies, runs = [], []
    _copy_seconds(exports, address)  # warms the cache for both
    for _ in range(ROUNDS):
        copies.append(_copy_seconds(exports, address))
        runs.append(_export(exports))
    best = min(runs, key=lambda run: run.export_seconds)
    return Figures(
        rows=best.rows,
        copy_seconds=min(copies),
        export_seconds=best.export_seconds,
        first_byte_seconds=max(run.first_byte_seconds for run in runs),
        first_row_seconds=max(run.first_row_seconds for run in runs),
        growth_mib=max(run.growth_mib for run in runs),
    )


def _open(exports: Exports) -> ExportStream:
    return open_export(exports, OPERATOR, ExportRequest(ExportName.CONTRIBUTIONS), "csv")


def _export(exports: Exports) -> Figures:
    """Read the export to its end, as a download does, and return its figures."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    started = time.perf_counter()
    arrivals: list[float] = []
    with contextlib.closing(_open(exports)) as stream:
        for number, _ in enumerate(stream):
            if number < 2:
                arrivals.append(time.perf_counter() - started)
            if number % 50 == 0:
                most = max(most, process.memory_info().rss)
        seconds = time.perf_counter() - started
        growth = (max(most, process.memory_info().rss) - before) / MIB
        return Figures(stream.row_count, seconds, seconds, arrivals[0], arrivals[-1], growth)


def _copy_seconds(exports: Exports, address: str) -> float:
    """Return the seconds of a COPY of the values behind the same columns, in the same order and unformatted."""
    with contextlib.closing(_open(exports)) as stream:
        columns = sql.SQL(", ").join(
            sql.SQL("{value} AS {name}").format(value=sql.Identifier(column.source), name=sql.Identifier(column.name))
            for column in stream.file.columns
            if not column.is_personal
        )
        rows = ordered(stream.request, stream.file.rows)
    statement = sql.SQL("COPY (SELECT {columns} FROM ({rows}) r) TO STDOUT (FORMAT csv)").format(
        columns=columns, rows=rows
    )
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET work_mem = '64MB'")
        started = time.perf_counter()
        with cursor.copy(cast("Any", statement)) as copy:
            for _ in copy:
                pass
        return time.perf_counter() - started


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
    print(f"COPY                {figures.copy_seconds:.2f} s, {figures.rows / figures.copy_seconds:,.0f} rows/s")
    print(f"export              {figures.export_seconds:.2f} s, {figures.rows / figures.export_seconds:,.0f} rows/s")
    print(f"ratio               {figures.ratio:.2f} x COPY")
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
