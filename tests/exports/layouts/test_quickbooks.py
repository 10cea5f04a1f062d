"""The QuickBooks layout: accounts by name, debits and credits in columns of their own, dates by region."""

from service.exports.request import Layout
from tests.exports.world import QUICKBOOKS, Finance, apply_accounts, pay


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
