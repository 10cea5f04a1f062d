"""journal.csv: balanced journals for each transaction, day or payout, with equal totals."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from service.exports.request import Granularity
from tests.exports.world import Finance, Row, pay, pay_out, record_month, total
from tests.ledger import make


def totals(rows: list[Row]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Return the sums of debits and credits by currency and account."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["currency"], row["account_code"]].append(row)
    return {account: (total(group, "debit"), total(group, "credit")) for account, group in groups.items()}


def test_an_empty_journal_still_has_its_header(finance: Finance) -> None:
    assert finance.file("journal").startswith(b"seq,journal_id,line,")
    assert finance.rows("journal") == []


def test_the_journal_balances_and_its_income_is_that_of_the_contributions(finance: Finance) -> None:
    pay(finance, 1)
    pay(finance, 2, amount=1001, fee=28)

    journal, contributions = finance.rows("journal"), finance.rows("contributions")

    assert total(journal, "debit") == total(journal, "credit") == Decimal("35.01")
    income = [line for line in journal if line["account_code"].startswith("41")]
    assert total(income, "credit") == total(contributions, "gross")


@pytest.mark.parametrize("granularity", [Granularity.DAY, Granularity.PAYOUT])
def test_every_granularity_has_the_same_account_totals(finance: Finance, granularity: Granularity) -> None:
    record_month(finance)

    single = finance.rows("journal")
    summed = finance.rows("journal", granularity=granularity)

    assert totals(summed) == totals(single)
    assert len(summed) < len(single)


@pytest.mark.parametrize("granularity", list(Granularity))
def test_every_journal_balances_in_one_currency(finance: Finance, granularity: Granularity) -> None:
    record_month(finance)
    journals: defaultdict[str, list[Row]] = defaultdict(list)
    for row in finance.rows("journal", granularity=granularity):
        journals[row["journal_id"]].append(row)

    assert len(journals) > 1
    for rows in journals.values():
        assert total(rows, "debit") == total(rows, "credit")
        assert len({(row["seq"], row["currency"], row["accounting_date"]) for row in rows}) == 1
        assert [row["line"] for row in rows] == [str(line) for line in range(1, len(rows) + 1)]


def test_the_journal_of_a_payout_is_named_after_the_payout_and_the_month(finance: Finance) -> None:
    record_month(finance)

    rows = finance.rows("journal", granularity=Granularity.PAYOUT)

    assert {row["journal_id"] for row in rows} == {
        "payout:po_1:2026-11:EUR",
        "unpaid:2026-11-03:EUR",
        "unpaid:2026-11-02:JPY",
    }
    named = [row for row in rows if row["journal_id"] == "payout:po_1:2026-11:EUR"]
    assert {(row["payout_id"], row["payout_part"], row["bank_date"], row["bank_amount"]) for row in named} == {
        ("po_1", "whole", "2026-11-05", "13.17")
    }
    assert {row["memo"] for row in named} == {"po_1 whole, bank 2026-11-05"}


def test_a_payout_over_the_end_of_a_month_has_a_journal_in_each_month(finance: Finance) -> None:
    pay(finance)
    payout = make.payout("po_1", 2439, bt="txn_po_1", status="paid", arrival_on=date(2026, 12, 1))
    pay_out(finance, payout, make.transaction("txn_1", "charge", 2500, "ch_1", fee=61))

    rows = finance.rows("journal", granularity=Granularity.PAYOUT)
    december = finance.rows("journal", granularity=Granularity.PAYOUT, from_on="2026-12-01", to_on="2026-12-31")

    assert [(row["memo"], row["accounting_date"], row["account_code"]) for row in rows] == [
        ("po_1 2026-11 part, bank 2026-12-01", "2026-11-05", "1100"),
        ("po_1 2026-11 part, bank 2026-12-01", "2026-11-05", "1100"),
        ("po_1 2026-11 part, bank 2026-12-01", "2026-11-05", "1200"),
        ("po_1 2026-11 part, bank 2026-12-01", "2026-11-05", "4100"),
        ("po_1 2026-11 part, bank 2026-12-01", "2026-11-05", "5100"),
        ("po_1 2026-12 part, bank 2026-12-01", "2026-12-01", "1200"),
        ("po_1 2026-12 part, bank 2026-12-01", "2026-12-01", "1210"),
    ]
    assert december == rows[5:]


def test_a_payout_that_has_not_arrived_is_a_part_with_the_day_on_which_it_is_due(finance: Finance) -> None:
    pay(finance)
    line = make.transaction("txn_1", "charge", 2500, "ch_1", fee=61)
    pay_out(finance, make.payout("po_1", 2439, bt="txn_po_1"), line)

    (row, *_) = finance.rows("journal", granularity=Granularity.PAYOUT)

    assert (row["memo"], row["bank_date"]) == ("po_1 2026-11 part, due 2026-11-05", "")


def test_the_money_of_a_returned_payout_is_in_the_journal_of_the_payout_that_carries_it(finance: Finance) -> None:
    pay(finance)
    line = make.transaction("txn_1", "charge", 2500, "ch_1", fee=61)
    pay_out(finance, make.payout("po_1", 2439, bt="txn_po_1", status="failed"), line)
    back = make.transaction("txn_b", "payout_reversal", 2439, "po_1", hours=70)
    finance.record(back)
    pay_out(finance, make.payout("po_2", 2439, bt="txn_po_2", status="paid"), back, sent_at=make.at(80))

    rows = finance.rows("journal", granularity=Granularity.PAYOUT)

    assert {row["memo"] for row in rows} == {"po_1 2026-11 part, returned", "po_2 whole, bank 2026-11-05"}
    for payout_id in ("po_1", "po_2"):
        stripe = [row for row in rows if (row["payout_id"], row["account_code"]) == (payout_id, "1100")]
        assert total(stripe, "debit") == total(stripe, "credit") == Decimal("24.39")


def test_the_journal_of_a_day_has_only_entries_of_that_day(finance: Finance) -> None:
    record_month(finance)

    rows = finance.rows("journal", from_on="2026-11-03", to_on="2026-11-03", granularity=Granularity.DAY)

    assert {row["accounting_date"] for row in rows} == {"2026-11-03"}
