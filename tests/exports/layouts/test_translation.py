"""Journals in another currency, translated at the rate that the mapping states."""

from collections import defaultdict
from decimal import Decimal

import pytest

from service.errors import InvalidDocumentError
from service.exports.layouts.mappings import read_mapping
from service.exports.request import Granularity, InvalidExportError, Layout
from tests.exports.world import QUICKBOOKS, SAGE50, XERO, Finance, apply_accounts, in_currency, pay, pay_pounds, total

RATES = "rates: {GBP: {rate: 1.1537, source: ECB 2026-11-30}}\n"


@pytest.mark.parametrize("granularity", [Granularity.TRANSACTION, Granularity.DAY])
def test_every_translated_journal_balances_and_is_near_the_exact_amount(
    finance: Finance, granularity: Granularity
) -> None:
    pay(finance, 50)
    for number in range(1, 12):
        pay_pounds(finance, number, amount=997 + 13 * number)
    apply_accounts(finance, RATES + XERO)
    home = in_currency(finance, "EUR")

    rows = home.rows("journal", layout=Layout.XERO, granularity=granularity)

    journals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        journals[row["*Narration"]] += Decimal(row["*Amount"])
    assert set(journals.values()) == {Decimal(0)}
    pounds = [row for row in rows if "GBP at 1.1537 (ECB 2026-11-30): " in row["Description"]]
    of_books = [row for row in finance.rows("journal") if (row["currency"], row["account_code"]) == ("GBP", "1100")]
    exact = (total(of_books, "debit") - total(of_books, "credit")) * Decimal("1.1537")
    booked = total([row for row in pounds if row["*AccountCode"] == "X1100"], "*Amount")
    assert abs(booked - exact) <= Decimal("0.005") * len(of_books)
    rounded = [row for row in rows if row["Description"] == "Rounding of the translation from GBP"]
    assert all(abs(Decimal(row["*Amount"])) <= Decimal("0.02") for row in rounded)
    assert {row["*AccountCode"] for row in rounded} <= {"X5300"}
    assert total([row for row in rows if row["Description"] == "charge ch_50"], "*Amount") == 0


def test_the_rounding_of_a_journal_is_a_line_of_its_own(finance: Finance) -> None:
    pay_pounds(finance, 1, amount=1000)
    apply_accounts(finance, RATES.replace("1.1537", "1.1499") + XERO)

    rows = in_currency(finance, "EUR").rows("journal", layout=Layout.XERO)

    # The exact amounts are 11.15403, 0.34497 and 11.499.
    assert [row["*Amount"] for row in rows] == ["11.15", "0.34", "-11.50", "0.01"]
    assert rows[-1]["*AccountCode"] == "X5300"


def test_accounts_follow_the_currency_that_the_money_has_at_stripe(finance: Finance) -> None:
    pay_pounds(finance, 1)
    accounts = SAGE50.replace('"1100": {code: "01100", department: 3}', '"1100": {EUR: {code: "1"}, GBP: {code: "2"}}')
    apply_accounts(finance, RATES + accounts)

    rows = in_currency(finance, "EUR").rows("journal", layout=Layout.SAGE50)

    assert (rows[0]["Nominal A/C"], rows[0]["Net"], rows[0]["Exchange rate"]) == ("2", "11.19", "1")


def test_a_currency_without_a_rate_is_refused_and_multicurrency_translates_nothing(finance: Finance) -> None:
    pay_pounds(finance, 1)
    apply_accounts(finance, RATES.replace("GBP", "USD") + XERO)
    with pytest.raises(InvalidExportError, match="or state a rate and its source in the mapping"):
        in_currency(finance, "EUR").file("journal", layout=Layout.XERO)

    apply_accounts(finance, RATES + "multicurrency: true\n" + QUICKBOOKS)
    rows = in_currency(finance, "EUR").rows("journal", layout=Layout.QUICKBOOKS)
    assert (rows[0]["Currency"], rows[0]["Debits"]) == ("GBP", "9.70")


@pytest.mark.parametrize(
    "rates", ["{GBP: {rate: 1.1}}", "{GBP: {rate: 0, source: x}}", "{pound: {rate: 1, source: x}}", "{GBP: 1.1}"]
)
def test_a_rate_needs_a_currency_a_number_and_a_source(rates: str) -> None:
    with pytest.raises(InvalidDocumentError, match="rates"):
        read_mapping(f"layout: xero\naccounts: {{}}\nrates: {rates}")
