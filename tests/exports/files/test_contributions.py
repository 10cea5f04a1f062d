"""contributions.csv: exact money, whole local days, one Stripe mode, and personal columns only on request."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.exports.world import Finance, pay, pay_at, pay_out, payout_lines
from tests.ledger import make


def test_a_payment_is_one_row_with_exact_money_and_its_integer_twins(finance: Finance) -> None:
    pay(finance)

    (row,) = finance.rows("contributions")

    assert (row["gross"], row["fee"], row["net"], row["currency"]) == ("25.00", "0.61", "24.39", "EUR")
    assert (row["gross_minor"], row["fee_minor"], row["net_minor"]) == ("2500", "61", "2439")
    assert (row["paid_at_utc"], row["accounting_date"]) == ("2026-11-02T12:00:00Z", "2026-11-02")
    assert (row["kind"], row["status"], row["refund_state"], row["dispute_state"]) == (
        "one_off",
        "succeeded",
        "none",
        "none",
    )


def test_lines_end_with_crlf_and_the_file_has_no_byte_order_mark(finance: Finance) -> None:
    pay(finance)

    file = finance.file("contributions")

    assert file.startswith(b"payment_id,contribution_id,kind,")
    assert file.count(b"\r\n") == file.count(b"\n") == 2


def test_a_payment_recognised_later_has_the_date_of_its_income(finance: Finance) -> None:
    charge = make.charge("ch_1", 1000, interval=None, bt="txn_1")
    finance.record(make.transaction("txn_1", "charge", 1000, "ch_1", fee=30), charge)
    finance.contribution()
    finance.record(make.charge("ch_1", 1000, bt="txn_1"))

    (row,) = finance.rows("contributions")
    (income,) = [line for line in finance.rows("journal") if line["account_code"] == "4100"]

    assert (row["paid_at_utc"], row["accounting_date"]) == ("2026-11-02T12:00:00Z", "2026-11-18")
    assert row["accounting_date"] == income["accounting_date"]
    assert finance.rows("contributions", to_on="2026-11-17") == []


def test_money_is_shown_before_the_charge_names_its_balance_transaction(finance: Finance) -> None:
    finance.contribution()
    finance.record(make.charge("ch_1", 1000), make.transaction("txn_1", "charge", 1000, "ch_1", fee=30))
    finance.record(make.refund("re_1", 400), make.transaction("txn_2", "refund", -400, "re_1", hours=3))

    (payment,) = finance.rows("contributions")
    (refund,) = finance.rows("refunds")

    assert (payment["gross"], payment["balance_transaction_id"], payment["refunded"]) == ("10.00", "txn_1", "4.00")
    assert (refund["original_rate_amount"], refund["balance_transaction_id"]) == ("4.00", "txn_2")


@pytest.mark.parametrize(
    ("zone", "inside", "outside"),
    [
        (
            "Europe/Dublin",
            ["2025-12-31T00:00:00Z", "2025-12-31T23:59:59Z"],
            ["2025-12-30T23:59:59Z", "2026-01-01T00:00:00Z"],
        ),
        (
            "America/New_York",
            ["2025-12-31T05:00:00Z", "2026-01-01T04:59:59Z"],
            ["2025-12-31T04:59:59Z", "2026-01-01T05:00:00Z"],
        ),
        (
            "Asia/Kolkata",
            ["2025-12-30T18:30:00Z", "2025-12-31T18:29:59Z"],
            ["2025-12-30T18:29:59Z", "2025-12-31T18:30:00Z"],
        ),
        (
            "Pacific/Auckland",
            ["2025-12-30T11:00:00Z", "2025-12-31T10:59:59Z"],
            ["2025-12-30T10:59:59Z", "2025-12-31T11:00:00Z"],
        ),
    ],
)
def test_the_last_day_of_the_year_is_the_organisations_local_day(
    finance: Finance, zone: str, inside: list[str], outside: list[str]
) -> None:
    finance.exports = replace(finance.exports, settings=replace(finance.exports.settings, accounting_timezone=zone))
    finance.books.zone = ZoneInfo(zone)
    for number, instant in enumerate([*inside, *outside]):
        pay_at(finance, number, datetime.fromisoformat(instant))

    wanted = {"from_on": "2025-12-31", "to_on": "2025-12-31"}

    assert [row["paid_at_utc"] for row in finance.rows("contributions", **wanted)] == inside
    assert {row["accounting_date"] for row in finance.rows("contributions", **wanted)} == {"2025-12-31"}
    assert {row["effective_at_utc"] for row in finance.rows("journal", **wanted)} == set(inside)


def test_a_payment_in_test_mode_is_not_in_a_file_of_live_mode(finance: Finance) -> None:
    finance.record(
        replace(make.charge("ch_1", bt="txn_1"), is_livemode=False), make.transaction("txn_1", "charge", 1000, "ch_1")
    )

    assert finance.rows("contributions") == []


def test_amounts_have_the_digits_of_their_currency(finance: Finance) -> None:
    for number, currency in enumerate(["JPY", "KWD", "ISK"]):
        finance.record(
            make.transaction(f"txn_{number}", "charge", 5120, f"ch_{number}", fee=120, currency=currency),
            make.charge(f"ch_{number}", 5120, currency=currency, bt=f"txn_{number}"),
        )

    gross = {row["currency"]: row["gross"] for row in finance.rows("contributions")}

    assert gross == {"JPY": "5120", "KWD": "5.120", "ISK": "51.20"}


def test_a_pending_payment_has_a_row_without_an_amount(finance: Finance) -> None:
    finance.record(make.charge("ch_1", status="pending"))

    (row,) = finance.rows("contributions")

    assert (row["status"], row["paid_at_utc"], row["gross"], row["presentment_amount"]) == ("pending", "", "", "10.00")


def test_personal_columns_are_empty_unless_requested(finance: Finance) -> None:
    pay(finance)
    with finance.engine.begin() as connection:
        connection.execute(
            text("UPDATE contributions SET contributor_name = '=Mary', contributor_email = 'm@x.example'")
        )

    without, personal = finance.rows("contributions")[0], finance.rows("contributions", has_personal_data=True)[0]

    assert (without["donor_name"], without["donor_email"]) == ("", "")
    assert (personal["donor_name"], personal["donor_email"]) == ("'=Mary", "m@x.example")


def test_a_payment_names_the_payout_that_carried_it(finance: Finance) -> None:
    finance.contribution()
    finance.record(make.charge("ch_1", bt="txn_1"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1"), *payout_lines())

    (payment,) = finance.rows("contributions")

    assert (payment["payout_id"], payment["payout_arrival_date"]) == ("po_1", "2026-11-05")


@pytest.mark.parametrize(
    ("captured", "released", "statuses"),
    [(1000, 0, ["succeeded"]), (400, 0, ["succeeded"]), (0, 0, ["held"]), (0, 1000, [])],
)
def test_money_that_is_only_held_has_not_been_paid(
    finance: Finance, captured: int, released: int, statuses: list[str]
) -> None:
    finance.record(make.charge("ch_1", captured=captured, refunded=released))

    rows = finance.rows("contributions")

    assert [row["status"] for row in rows] == statuses
    assert [bool(row["paid_at_utc"]) for row in rows] == [status == "succeeded" for status in statuses]
