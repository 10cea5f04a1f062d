"""A long file is read in portions: its first rows come early, and its bytes are those of one statement."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import Connection, Engine, text

from infra.bench.books import write_books
from service.exports import store
from service.exports.files.by_name import FILES
from service.exports.query_store import ExportScope, formatted
from service.exports.records_store import read_books
from service.ledger.local_days import LocalDays
from tests.conftest import NOW, plain_address
from tests.exports.quarter import record_quarter
from tests.exports.world import Finance, pay, request
from tests.ledger import make
from tests.ledger.world import EARLIER_FACTS, FINAL_FACTS, UTC_ZONE

BOOKS = 20_000
IN_PORTIONS = sorted(name.value for name, definition in FILES.items() if definition.portion_key)
DAYS: list[dict[str, Any]] = [
    {},
    {"from_on": "2026-11-03"},
    {"to_on": "2026-11-20"},
    {"from_on": "2026-10-05", "to_on": "2026-10-31"},
    {"from_on": "2026-11-01", "to_on": "2026-12-15"},
    {"from_on": "2026-11-18", "to_on": "2026-11-18"},
]
# Every contribution recurs, and every second subscription has ended.
SUBSCRIPTIONS = """
    INSERT INTO subscriptions (id, status, amount_minor, currency, price_interval, price_interval_count,
        contribution_id, created_at, ended_at, is_cancel_at_period_end, status_rank, fetched_at)
    SELECT 'sub_' || contribution_id, 'active', 500, 'EUR', 'month', 1, contribution_id, min(created_at),
        CASE WHEN right(contribution_id, 1) < '5' THEN min(created_at) + interval '3 days' END,
        false, 0, min(created_at)
    FROM charges WHERE contribution_id IS NOT NULL GROUP BY contribution_id
"""
# Most receipts have the same instant.
RECEIPTS = """
    INSERT INTO receipts (id, year, number, donor_ref, currency, total_given_minor, total_refunded_minor, payment_ids,
        contribution_id, issued_at)
    SELECT 'receipt_' || n, 2025 + n % 2, n, 'cus_' || n, 'EUR', 500 * n, 0, ARRAY['pi_' || n],
        (SELECT min(id) FROM contributions),
        timestamptz '2026-11-18 10:00Z' + CASE WHEN n < 3 THEN -40 WHEN n > 10 THEN 20 ELSE 0 END * interval '1 day'
    FROM generate_series(1, 12) n
"""


@pytest.fixture
def rich(finance: Finance) -> Finance:
    """Books of three months with bank debits, late recognition, taxes, and facts in the wrong order."""
    record_quarter(finance, 1)
    for number in range(30, 36):
        pay(finance, number, hours=number)
    for number in range(3):  # each takes days to succeed, and the last does not
        finance.contribution(f"ctb_9{number}")
        mark = make.mark(contribution_id=f"ctb_9{number}")
        charge = make.charge(f"ch_9{number}", status="pending", bt=f"txn_9{number}")
        pending = replace(charge, contribution=mark, created_at=make.at(-150 * number))
        hours = 240 - 300 * number
        movement = make.transaction(f"txn_9{number}", "charge", 1000, f"ch_9{number}", fee=30, tax=5, hours=hours)
        finance.record(pending, movement)
        if number < 2:
            finance.record(replace(pending, status="succeeded"))
    for number in range(3):  # a receipt that turns out to be ours weeks later
        unknown = make.charge(f"ch_8{number}", 1000, interval=None, bt=f"txn_8{number}")
        finance.record(
            make.transaction(f"txn_8{number}", "charge", 1000, f"ch_8{number}", fee=30, hours=-9 * number), unknown
        )
        finance.contribution(f"ctb_8{number}")
        finance.record(replace(unknown, contribution=make.mark(contribution_id=f"ctb_8{number}")))
    finance.record(*FINAL_FACTS[:6], *EARLIER_FACTS[:2], *FINAL_FACTS[6:])
    with finance.engine.begin() as connection:
        connection.execute(text(SUBSCRIPTIONS))
        connection.execute(text(RECEIPTS))
        connection.execute(text("UPDATE contributions SET contributor_name = '=Ada, \"x\"', page_id = '@page'"))
    return finance


@pytest.mark.parametrize("name", IN_PORTIONS)
def test_the_portions_of_a_file_are_the_bytes_of_one_statement(
    rich: Finance, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = rich.manifest(name)["as_of_seq"]
    asked = [{**days, "as_of": as_of} for days in DAYS for as_of in (None, newest // 3)]

    monkeypatch.setattr(store, "FIRST_PORTIONS", ())
    whole = [rich.file(name, has_personal_data=True, **wanted) for wanted in asked]
    for sizes in ((3, 1, 5, 2), (1,) * 6):
        monkeypatch.setattr(store, "FIRST_PORTIONS", sizes)
        assert [rich.file(name, has_personal_data=True, **wanted) for wanted in asked] == whole

    assert len({*whole}) > 3


def test_the_rows_of_a_file_are_in_the_order_of_its_instants(rich: Finance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FIRST_PORTIONS", (2, 3))

    rows = rich.rows("contributions")

    order = [(row["paid_at_utc"], row["charge_id"]) for row in rows if row["paid_at_utc"]]
    assert order == sorted(order)
    assert len({row["charge_id"] for row in rows}) == len(rows) > 20


def test_the_first_rows_come_before_the_rest_is_read(
    engine: Engine, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_books(plain_address(database_address), BOOKS)
    monkeypatch.setattr(store, "FIRST_PORTIONS", (50,))
    # These books have no rows of some files, and their week is a single month and a few days of open items.
    missing = {"receipts", "refunds", "subscriptions", "balance_statement", "open_items"}
    asked = [request(name) for name in IN_PORTIONS if name not in missing]
    asked.append(request("contributions", from_on="2026-01-03"))

    for file in asked:
        with store.reading(engine) as connection:
            scope = ExportScope(LocalDays(file.from_on, None, UTC_ZONE), read_books(connection, None), True, NOW)
            statements = [
                formatted(FILES[file.name].columns, rows, file) for rows in store.portions(connection, file, scope)
            ]
            first, rest = (_rows_read(connection, statement) for statement in statements)

        assert first < BOOKS / 2 < rest, file


def test_open_items_begin_with_those_of_the_first_day(
    engine: Engine, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_books(plain_address(database_address), BOOKS)
    monkeypatch.setattr(store, "FIRST_PORTIONS", (50,))

    with store.reading(engine) as connection:
        scope = ExportScope(LocalDays(None, None, UTC_ZONE), read_books(connection, None), True, NOW)
        first, rest = (
            store.read_rows(connection, rows) for rows in store.portions(connection, request("open_items"), scope)
        )

    assert {row[5] for row in first} == {date(2026, 1, 1)}
    assert len(first) + len(rest) == BOOKS
    assert all(row[5] > date(2026, 1, 1) for row in rest)


def _rows_read(connection: Connection, statement: sql.Composable) -> int:
    """Run a statement, and return how many rows it read from tables and indexes."""
    ((plan,),) = store.read_rows(connection, sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) ") + statement)
    return sum(_scanned(plan[0]["Plan"]))


def _scanned(node: dict[str, Any]) -> Iterator[int]:
    if "Relation Name" in node:
        yield int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
    for child in node.get("Plans", ()):
        yield from _scanned(child)
