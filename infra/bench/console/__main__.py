"""Fill a temporary PostgreSQL like that of a large newsroom, open every page of the console, and print what each takes.

    python -m infra.bench.console [--contributions N] [--campaigns N] [--record-rows N] [--folder FOLDER] [--only TEXT]

Exit status 1 if the server takes longer than 100 ms of processor time for a page, or if a page weighs over 150 KB.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg

from infra.bench.console.filling import NOW, Scale, fill, running
from infra.bench.console.measuring import Desk, Measured
from infra.bench.console.pages import pages, pages_before_closing, samples_of
from service.database.embedded import embedded_postgresql
from service.ledger.closings.closing import ClosingWish, close_period
from service.services import EXTENSION, Services

MOST_MILLISECONDS, MOST_BYTES, KB = 100, 150_000, 1000
CLOSED_THROUGH = date(2026, 9, 30)
HEADINGS = ("median", "worst", "processor", "PostgreSQL", "statements", "KB", "KB whole")


def main() -> None:
    """Parse the command line, fill the database if it is empty, measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = Scale()
    parser.add_argument("--contributions", type=int, default=usual.contributions)
    parser.add_argument("--campaigns", type=int, default=usual.campaigns)
    parser.add_argument("--record-rows", type=int, default=usual.record_rows)
    parser.add_argument("--folder", type=Path, help="Keep the database here, and use it again in the next run.")
    parser.add_argument("--only", default="", help="Measure only pages with this text in their address.")
    wanted = parser.parse_args()
    scale = Scale(wanted.contributions, wanted.campaigns, wanted.record_rows)
    with _folder(wanted.folder) as folder, embedded_postgresql(folder) as address:
        if not _is_filled(address):
            fill(address, scale, folder / "var")
        measured = sorted(_measure(address, folder / "var", wanted.only), key=_total, reverse=True)
    _print(measured)
    sys.exit(1 if any(map(_is_missed, measured)) else 0)


def _measure(address: str, var_dir: Path, only: str) -> Iterator[Measured]:
    """Measure all pages: first those about books that were never closed, which are closed afterwards."""
    with running(address, var_dir) as app, psycopg.connect(address, autocommit=True) as owner:
        services: Services = app.extensions[EXTENSION]
        desk, found = Desk(app), samples_of(owner)
        if not owner.execute("SELECT 1 FROM ledger_closings").fetchone():
            yield from (desk.measure(page) for page in pages_before_closing() if only in page.path)
            close_period(services.engine, services.settings.accounting_zone, NOW, ClosingWish(CLOSED_THROUGH, "Nora"))
        yield from (desk.measure(page) for page in pages(found) if only in page.path)


def _print(measured: list[Measured]) -> None:
    print("Milliseconds a page: wall clock, then processor time of the service and of PostgreSQL. Slowest first.")
    print(f"{'':4}" + "".join(f"{heading:>11}" for heading in HEADINGS))
    for found in measured:
        database = "–" if found.database is None else f"{found.database:.1f}"
        figures = (f"{found.median:.1f}", f"{found.worst:.1f}", f"{found.processor:.1f}", database)
        sizes = (str(found.statements), f"{found.weight / KB:.1f}", f"{found.whole / KB:.1f}")
        mark = "!" if _is_missed(found) else "file" if found.page.is_file else "part" if found.page.is_part else ""
        print(f"{mark:4}" + "".join(f"{figure:>11}" for figure in (*figures, *sizes)), _name(found))


def _name(found: Measured) -> str:
    return found.page.path + (f" ({found.status})" if found.status != 200 else "")


def _total(found: Measured) -> float:
    return found.processor + (found.database or 0)


def _is_missed(found: Measured) -> bool:
    """Return whether a page misses its measures. Files have none, because they may have every row of a table."""
    return not found.page.is_file and (_total(found) > MOST_MILLISECONDS or found.whole > MOST_BYTES)


def _is_filled(address: str) -> bool:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT to_regclass('staff_record')").fetchone() != (None,)


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    """Yield the folder of the database: the given one, or a temporary one."""
    if given:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="keepopen-bench-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
