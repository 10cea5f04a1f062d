"""The QuickBooks layout: accounts by name, debits and credits in columns of their own, dates by region."""

import pytest

from service.exports.request import Granularity, Layout
from tests.exports.world import QUICKBOOKS, Finance, apply_accounts, pay, record_month
from tests.ledger import make


def test_a_line_has_the_accounts_name_and_fills_either_debits_or_credits(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, QUICKBOOKS)

    rows = finance.rows("journal", layout=Layout.QUICKBOOKS)

    assert list(rows[0]) == [
        "JournalNo",
        "JournalDate",
        "AccountName",
        "Debits",
        "Credits",
        "Description",
        "Name",
        "Currency",
        "Location",
        "Class",
    ]
    assert [(row["AccountName"], row["Debits"], row["Credits"]) for row in rows] == [
        ("Stripe:1100", "24.39", ""),
        ("Stripe:5100", "0.61", ""),
        ("Stripe:4100", "", "25.00"),
    ]
    assert (rows[0]["JournalNo"], rows[0]["JournalDate"], rows[0]["Class"]) == ("KO-1", "11/02/2026", "Giving")


def test_a_company_outside_america_gets_dates_with_the_day_first(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, "date_order: dmy\n" + QUICKBOOKS)

    assert finance.rows("journal", layout=Layout.QUICKBOOKS)[0]["JournalDate"] == "02/11/2026"


@pytest.mark.parametrize("granularity", list(Granularity))
def test_the_number_of_a_journal_is_the_same_in_every_file_and_short_enough(
    finance: Finance, granularity: Granularity
) -> None:
    record_month(finance)
    apply_accounts(finance, "multicurrency: true\n" + QUICKBOOKS)

    first = finance.rows("journal", layout=Layout.QUICKBOOKS, granularity=granularity)
    finance.record(make.transaction("txn_late", "fee", -10, None, hours=6))
    later = finance.rows("journal", layout=Layout.QUICKBOOKS, granularity=granularity)

    numbers = {row["JournalNo"] for row in first}
    assert len({row["JournalNo"] for row in later} - numbers) == (granularity is Granularity.TRANSACTION) + (
        granularity is Granularity.PAYOUT
    )
    assert numbers <= {row["JournalNo"] for row in later}
    assert all(len(number) <= 21 for number in numbers)
