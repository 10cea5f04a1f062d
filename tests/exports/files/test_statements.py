"""The files that finance looks for at the end of a month tie to the trial balance, over a random quarter."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.exports.quarter import MONTHS
from tests.exports.quarter_databases import Quarter
from tests.exports.world import Finance, Row, pay, total
from tests.ledger import make

DAYS = [to_on for _, to_on in MONTHS]


def closing(finance: Finance, to_on: date, from_on: date | None = None) -> dict[str, Row]:
    """Return the rows of the trial balance at a day by account."""
    return {row["account_code"]: row for row in finance.rows("trial_balance", from_on=from_on, to_on=to_on)}


def movement(rows: dict[str, Row], code: str) -> Decimal:
    return Decimal(rows[code]["debits"]) - Decimal(rows[code]["credits"]) if code in rows else Decimal(0)


@pytest.mark.parametrize("seed", range(2))
def test_every_month_of_the_balance_statement_is_the_stripe_balance(quarter: Quarter, seed: int) -> None:
    finance = quarter(seed)
    rows = finance.rows("balance_statement", from_on="2026-10-01", to_on="2026-12-31")

    assert [row["month"] for row in rows][-2:] == ["2026-11", "2026-12"]
    for row in rows:
        names = ("opening", "charges", "refunds", "disputes", "other", "payouts")
        assert sum(Decimal(row[name]) for name in names) - Decimal(row["fees"]) == Decimal(row["closing"])
    for before, after in pairwise(rows):
        assert before["closing"] == after["opening"]
    for row, (from_on, to_on) in zip(rows, MONTHS[-len(rows) :], strict=True):
        books = closing(finance, to_on, from_on)
        assert (row["first_day"], row["last_day"]) == (from_on.isoformat(), to_on.isoformat())
        assert row["closing"] == books["1100"]["closing"]
        assert -Decimal(row["refunds"]) == movement(books, "4200")
        assert Decimal(row["fees"]) == sum(movement(books, code) for code in ("5100", "5110", "5120", "5200"))


def test_a_part_of_a_month_and_an_open_range_have_their_days(finance: Finance) -> None:
    pay(finance)

    (part,) = finance.rows("balance_statement", from_on="2026-11-03", to_on="2026-11-20")
    (whole,) = finance.rows("balance_statement")

    assert [part[name] for name in ("first_day", "last_day", "opening", "charges", "closing")] == [
        "2026-11-03",
        "2026-11-20",
        "24.39",
        "0.00",
        "24.39",
    ]
    assert [whole[name] for name in ("opening", "charges", "fees", "closing")] == ["0.00", "25.00", "0.61", "24.39"]


@pytest.mark.parametrize("seed", range(2))
def test_the_open_items_of_an_account_add_up_to_its_balance_at_any_day(quarter: Quarter, seed: int) -> None:
    finance = quarter(seed)

    for to_on in (*DAYS, date(2026, 11, 12), date(2026, 12, 6)):
        items, books = finance.rows("open_items", to_on=to_on), closing(finance, to_on)
        for code in ("1100", "1200", "1300", "2200", "2300"):
            of_account = [row for row in items if row["account_code"] == code]
            assert total(of_account, "amount") == Decimal(books[code]["closing"] if code in books else 0)
        keys = [(row["account_code"], row["item_id"], row["balance_transaction_id"]) for row in items]
        assert len(keys) == len(set(keys))
        assert all(int(row["age_days"]) >= 0 for row in items)


def test_an_open_item_says_what_it_is_and_a_settled_one_is_gone(finance: Finance) -> None:
    pay(finance)
    finance.record(make.transaction("txn_d", "dispute", -2500, "dp_1", fee=1500, hours=24))
    finance.record(make.dispute("dp_1", 2500, bts=("txn_d",)))

    items = finance.rows("open_items", to_on="2026-11-10")

    (disputed,) = [row for row in items if row["account_code"] == "1300"]
    assert {
        key: disputed[key] for key in ("item_id", "item_type", "opened_on", "age_days", "amount", "payment_id")
    } == {
        "item_id": "dp_1",
        "item_type": "dispute",
        "opened_on": "2026-11-03",
        "age_days": "7",
        "amount": "25.00",
        "payment_id": "ch_1",
    }
    assert [row["item_id"] for row in items if row["account_code"] == "1100"] == ["ch_1", "dp_1"]
    finance.record(make.dispute("dp_1", 2500, status="lost", bts=("txn_d",)))
    assert {row["account_code"] for row in finance.rows("open_items")} == {"1100"}
    assert finance.file("open_items", from_on="2026-11-10") == finance.file("open_items")


@pytest.mark.parametrize("seed", range(2))
def test_the_movements_of_disputes_are_the_movements_of_their_accounts_in_every_month(
    quarter: Quarter, seed: int
) -> None:
    finance = quarter(seed)

    for from_on, to_on in MONTHS:
        rows, books = finance.rows("dispute_movements", from_on=from_on, to_on=to_on), closing(finance, to_on, from_on)
        for column, code in (("disputed", "1300"), ("lost", "4300"), ("fee", "5200")):
            assert total(rows, column) == movement(books, code)
        assert {row["movement"] for row in rows} <= {"withdrawn", "returned", "closed"}
        assert all(row["payment_id"] and row["site"] for row in rows)


@pytest.mark.parametrize("seed", range(2))
def test_yearly_payments_are_spread_over_twelve_months_to_the_cent(quarter: Quarter, seed: int) -> None:
    finance = quarter(seed)
    rows = finance.rows("deferred_income", to_on="2026-12-31")
    payments = {row["payment_id"]: row for row in finance.rows("contributions") if row["kind"] == "annual"}
    lost = {
        row["payment_id"]: Decimal(row["lost"]) for row in finance.rows("dispute_movements") if row["lost"] != "0.00"
    }

    assert {row["payment_id"] for row in rows} <= set(payments)
    for payment_id, payment in payments.items():
        parts = [row for row in rows if row["payment_id"] == payment_id]
        left = Decimal(payment["gross"]) - Decimal(payment["refunded"]) - lost.get(payment_id, Decimal(0))
        assert total(parts, "amount") == left
        if left:
            assert [row["part"] for row in parts] == [str(number) for number in range(1, 13)]
            assert parts[0]["month"] == payment["accounting_date"][:7]
            assert parts[-1]["deferred"] == "0.00"
            amounts = [Decimal(row["amount"]) for row in parts]
            assert max(amounts) - min(amounts) <= Decimal("0.01")


def test_every_file_of_payments_says_the_site_the_campaign_and_the_fund(quarter: Quarter) -> None:
    finance = quarter(0)
    of_payment = {
        row["payment_id"]: (row["site"], row["campaign"], row["fund"]) for row in finance.rows("contributions")
    }
    of_contribution = {row["contribution_id"]: row["site"] for row in finance.rows("contributions")}

    assert {site for site, _, _ in of_payment.values()} == {"gazette", "herald"}
    assert {fund for _, _, fund in of_payment.values()} == {"restricted-climate", ""}
    for name in ("refunds", "disputes", "payout_lines", "dispute_movements", "deferred_income"):
        rows = [row for row in finance.rows(name) if row["payment_id"]]
        assert rows
        assert all((row["site"], row["campaign"], row["fund"]) == of_payment[row["payment_id"]] for row in rows)
    fees = [row for row in finance.rows("fees") if row["source_id"].startswith("ch_")]
    assert all(row["site"] == of_payment[row["source_id"]][0] for row in fees)
    assert {row["site"] for row in finance.rows("deferred_income")} <= set(of_contribution.values())


def test_a_dispute_has_the_accounting_days_of_its_entries(quarter: Quarter) -> None:
    finance = quarter(1)
    days = {(row["dispute_id"], row["movement"]): row["accounting_date"] for row in finance.rows("dispute_movements")}

    for row in finance.rows("disputes"):
        for column in ("withdrawn_on", "returned_on", "closed_on"):
            assert row[column] == days.get((row["dispute_id"], column.removesuffix("_on")), "")
