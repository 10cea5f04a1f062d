"""The example of docs/exports.md: its tables are what the files say about the books that it describes."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from service.exports.request import Granularity
from service.money import Interval
from tests.exports.world import Finance, pay_out
from tests.ledger import make

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("## One month in the files")[2].partition("\n## ")[0]
BLOCKS = dict(re.findall(r"```text ?([a-z_]+)\n(.*?)```", EXAMPLE, re.DOTALL))
MONTH = {"from_on": date(2026, 11, 1), "to_on": date(2026, 11, 30)}


def day(number: int) -> float:
    """Return the hours from the start of every scenario, 2 November at noon, to a day of November."""
    return (number - 2) * 24


def record_example(finance: Finance) -> None:
    """Record what the example tells."""
    lines = [
        make.transaction("txn_1", "charge", 2500, "ch_A", fee=63, hours=day(3)),
        make.transaction("txn_2", "charge", 2000, "ch_B", fee=55, hours=day(4)),
        make.transaction("txn_3", "charge", 4000, "ch_C", fee=80, hours=day(5)),
        make.transaction("txn_4", "refund", -1000, "re_A", hours=day(10)),
        make.transaction("txn_5", "dispute", -2000, "dp_B", fee=1500, hours=day(12)),
    ]
    for letter, line, interval in zip("ABC", lines, (Interval.ONE_OFF, Interval.ONE_OFF, Interval.MONTH), strict=False):
        mark = replace(make.mark(interval), contribution_id=f"ctb_{letter}")
        finance.contribution(f"ctb_{letter}", amount_minor=line.amount_minor, interval=interval.value)
        charge = make.charge(f"ch_{letter}", line.amount_minor, bt=line.id, refunded=1000 if letter == "A" else 0)
        finance.record(line, replace(charge, created_at=line.created_at, contribution=mark))
    finance.record(lines[3], make.refund("re_A", 1000, charge="ch_A", bt="txn_4"))
    finance.record(lines[4], make.dispute("dp_B", 2000, status="lost", charge="ch_B", bts=("txn_5",)))
    payout = make.payout("po_1", 3802, status="paid", bt="txn_po_1", arrival_on=date(2026, 12, 1))
    pay_out(finance, payout, *lines, sent_at=make.at(day(30)))


@pytest.mark.parametrize(
    ("name", "file", "columns", "wanted"),
    [
        (
            "entries",
            "journal",
            ("accounting_date", "memo", "account_code", "account_name", "debit", "credit"),
            {"to_on": date(2026, 12, 31)},
        ),
        ("balance", "balance_statement", (), MONTH),
        (
            "disputes",
            "dispute_movements",
            ("dispute_id", "movement", "accounting_date", "disputed", "lost", "fee", "net"),
            MONTH,
        ),
        ("open", "open_items", ("account_code", "item_id", "opened_on", "amount"), {"to_on": date(2026, 11, 30)}),
        (
            "payout",
            "journal",
            ("memo", "accounting_date", "account_code", "debit", "credit"),
            {"to_on": date(2026, 12, 31), "granularity": Granularity.PAYOUT},
        ),
    ],
)
def test_a_table_of_the_example_is_what_the_file_says(
    finance: Finance, name: str, file: str, columns: tuple[str, ...], wanted: dict[str, object]
) -> None:
    record_example(finance)
    rows = finance.rows(file, **wanted)
    shown = columns or tuple(rows[0])

    lines = [",".join(shown), *(",".join(row[column] for column in shown) for row in rows)]

    assert BLOCKS[name].splitlines() == lines
