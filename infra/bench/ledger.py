"""Measure how fast the ledger posts balance transactions, and how long a trial balance over many postings takes.

`python -m infra.bench.ledger [--transactions N] [--postings N]` starts a temporary PostgreSQL and prints the figures.
"""

import argparse
import contextlib
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from infra.bench.exports import bench_settings
from service.database.embedded import embedded_postgresql
from service.database.engine import application_engine, owner_engine
from service.database.migrate import migrate
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.request import ExportName, ExportRequest
from service.ledger.post_due import post_in_batches
from service.ledger.store import balances
from service.stripe_facts.record_store import record_balance_transactions
from service.stripe_gateway.facts import BalanceTransaction, FeeDetail

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
PAGE_SIZE = 1000

CHARGES = """
INSERT INTO charges (id, status, amount_minor, amount_captured_minor, amount_refunded_minor, currency, created_at,
    is_livemode, is_paid, is_captured, is_refunded, is_disputed, balance_transaction_id, contribution_id, site,
    interval, status_rank, recorded_at)
SELECT 'ch_' || n, 'succeeded', 1000, 1000, 0, 'EUR', :now, true, true, true, false, false, 'txn_' || n, 'ctb_' || n,
    'courier', (ARRAY['one_off', 'month', 'year'])[1 + n % 3], 1, :now
FROM generate_series(1, :count) AS n
"""
# Adds the requested number of postings, three for each entry, after the entries that were really posted. Triggers are
# off, because they would run for each of millions of rows, so the sums that they keep are written here.
POSTINGS = """
SET LOCAL session_replication_role = replica;
INSERT INTO ledger_entries
SELECT seq, 'bench:' || seq, 'charge', 'charge', 'bench_' || seq, NULL, 'EUR', at, at::date, at, '{{}}', 3
FROM (SELECT seq, timestamptz '2020-01-01 00:00Z' + seq * interval '1 minute' AS at
    FROM generate_series({first}, {last}) AS seq) AS moments;
INSERT INTO ledger_postings
SELECT seq, line, (ARRAY['1100', '5100', (ARRAY['4100', '4110', '4120'])[1 + seq % 3]])[line],
    (ARRAY[945, 55, -1000])[line], 'EUR' FROM generate_series({first}, {last}) AS seq, generate_series(1, 3) AS line;
TRUNCATE ledger_day_totals;
INSERT INTO ledger_day_totals
SELECT e.accounting_date, p.currency, p.account, sum(greatest(p.amount_minor, 0)), sum(greatest(-p.amount_minor, 0))
FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq GROUP BY 1, 2, 3;
INSERT INTO record_changes (table_name, object_id) VALUES ('ledger_entries', '{last}')
"""


def main() -> None:
    """Parse the command line and run both measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=100_000)
    parser.add_argument("--postings", type=int, default=10_000_000)
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded_postgresql(Path(folder)) as address:
        migrate(address)
        engine, owner = application_engine(address), owner_engine(address)
        measure_posting(engine, owner, sizes.transactions)
        measure_trial_balance(owner, sizes.transactions, sizes.postings)
        engine.dispose()
        owner.dispose()


def measure_posting(engine: Engine, owner: Engine, count: int) -> None:
    """Record the balance transactions of charges with a fee and tax, then post them, and print the speed of both."""
    with owner.begin() as connection:
        connection.execute(text(CHARGES), {"now": NOW, "count": count})
        connection.execute(text("ANALYZE charges"))
    began = time.perf_counter()
    for first in range(1, count + 1, PAGE_SIZE):
        page = [_charge_transaction(number) for number in range(first, min(first + PAGE_SIZE, count + 1))]
        with engine.begin() as connection:
            record_balance_transactions(connection, page, NOW)
    _say("recording balance transactions", count, time.perf_counter() - began)
    began = time.perf_counter()
    report = post_in_batches(engine, ZoneInfo("Europe/Dublin"), NOW)
    _say("posting balance transactions", report.posted, time.perf_counter() - began)


def measure_trial_balance(owner: Engine, posted: int, count: int) -> None:
    """Time trial_balance.csv, which reads sums by day, over `count` more postings, and compare it with a full sum."""
    with owner.begin() as connection:
        statements = POSTINGS.format(first=posted + 1, last=posted + count // 3)
        connection.connection.cursor().execute(statements)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE ledger_postings, ledger_entries, ledger_day_totals"))
    with owner.connect() as connection:
        total = connection.execute(text("SELECT count(*) FROM ledger_postings")).scalar_one()
        began = time.perf_counter()
        file = _trial_balance(owner)
        _say("trial_balance.csv over postings", total, time.perf_counter() - began)
        began = time.perf_counter()
        sums = balances(connection)
        _say("summing all postings", total, time.perf_counter() - began)
    print(f"{file}sum {sum(sums.values())}")


def _trial_balance(engine: Engine) -> str:
    exports = Exports(engine, bench_settings(), lambda: NOW)
    with contextlib.closing(open_export(exports, OPERATOR, ExportRequest(ExportName.TRIAL_BALANCE), "csv")) as stream:
        return b"".join(stream).decode()


def _charge_transaction(number: int) -> BalanceTransaction:
    at = NOW + timedelta(seconds=number)
    return BalanceTransaction(
        id=f"txn_{number}",
        amount_minor=1000,
        fee_minor=55,
        net_minor=945,
        currency="EUR",
        reporting_category="charge",
        type="charge",
        source_id=f"ch_{number}",
        status="available",
        balance_type="payments",
        created_at=at,
        available_at=at,
        fee_details=(FeeDetail("stripe_fee", 50, "EUR"), FeeDetail("tax", 5, "EUR")),
    )


def _say(what: str, count: int, seconds: float) -> None:
    print(f"{what}: {count:,} in {seconds:.1f} s, {count / seconds:,.0f} a second", flush=True)


if __name__ == "__main__":
    main()
