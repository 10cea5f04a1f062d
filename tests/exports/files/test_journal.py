"""journal.csv: balanced journals for each transaction, day or payout, with equal totals."""

from collections import defaultdict
from decimal import Decimal

import pytest

from service.exports.request import Granularity
from tests.exports.world import Finance, Row, pay, record_month, total


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


def test_the_journal_of_a_payout_is_named_after_the_payout(finance: Finance) -> None:
    record_month(finance)

    rows = finance.rows("journal", granularity=Granularity.PAYOUT)

    assert {row["payout_id"] for row in rows if row["journal_id"] == "payout:po_1:EUR"} == {"po_1"}
    assert {row["journal_id"] for row in rows} == {"payout:po_1:EUR", "unpaid:2026-11-03:EUR", "unpaid:2026-11-02:JPY"}


def test_the_journal_of_a_day_has_only_entries_of_that_day(finance: Finance) -> None:
    record_month(finance)

    rows = finance.rows("journal", from_on="2026-11-03", to_on="2026-11-03", granularity=Granularity.DAY)

    assert {row["accounting_date"] for row in rows} == {"2026-11-03"}
