"""contributions, journal and trial balance from one payment to the books and back."""

from decimal import Decimal

from tests.exports.finance import Finance, total
from tests.ledger import make


def pay(finance: Finance, number: int = 1, amount: int = 2500, fee: int = 61, hours: float = 0) -> None:
    """One payment of our own with its fee."""
    finance.contribution(f"ctb_{number}", amount_minor=amount)
    charge = make.charge(f"ch_{number}", amount, bt=f"txn_{number}")
    finance.record(make.transaction(f"txn_{number}", "charge", amount, f"ch_{number}", fee=fee, hours=hours), charge)


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


def test_lines_end_as_rfc_4180_says_and_there_is_no_byte_order_mark(finance: Finance) -> None:
    pay(finance)

    file = finance.file("contributions")

    assert file.startswith(b"payment_id,contribution_id,kind,")
    assert file.count(b"\r\n") == file.count(b"\n") == 2


def test_an_empty_file_still_has_its_header(finance: Finance) -> None:
    assert finance.file("journal").startswith(b"seq,journal_id,line,")
    assert finance.rows("journal") == []


def test_the_journal_balances_and_moves_what_the_contributions_say(finance: Finance) -> None:
    pay(finance, 1)
    pay(finance, 2, amount=1001, fee=28)

    journal, contributions = finance.rows("journal"), finance.rows("contributions")

    assert total(journal, "debit") == total(journal, "credit") == Decimal("35.01")
    income = [line for line in journal if line["account_code"].startswith("41")]
    assert total(income, "credit") == total(contributions, "gross")


def test_the_trial_balance_carries_what_stood_before_the_first_day(finance: Finance) -> None:
    pay(finance, 1)
    pay(finance, 2, hours=24)

    rows = {row["account_code"]: row for row in finance.rows("trial_balance", from_on="2026-11-03")}

    assert rows["1100"]["account_name"] == "Stripe balance"
    assert [rows["1100"][name] for name in ("opening", "debits", "credits", "closing")] == [
        "24.39",
        "24.39",
        "0.00",
        "48.78",
    ]
    assert sum(Decimal(row["closing"]) for row in rows.values()) == 0


def test_a_receipt_recognised_later_is_dated_as_its_income_is(finance: Finance) -> None:
    charge = make.charge("ch_1", 1000, interval=None, bt="txn_1")
    finance.record(make.transaction("txn_1", "charge", 1000, "ch_1", fee=30), charge)
    finance.contribution()
    finance.record(make.charge("ch_1", 1000, bt="txn_1"))

    (row,) = finance.rows("contributions")
    (income,) = [line for line in finance.rows("journal") if line["account_code"] == "4100"]

    assert (row["paid_at_utc"], row["accounting_date"]) == ("2026-11-02T12:00:00Z", "2026-11-18")
    assert row["accounting_date"] == income["accounting_date"]
    assert finance.rows("contributions", to_on="2026-11-17") == []


def test_what_moved_is_there_although_the_charge_does_not_name_it_yet(finance: Finance) -> None:
    finance.contribution()
    finance.record(make.charge("ch_1", 1000), make.transaction("txn_1", "charge", 1000, "ch_1", fee=30))
    finance.record(make.refund("re_1", 400), make.transaction("txn_2", "refund", -400, "re_1", hours=3))

    (payment,) = finance.rows("contributions")
    (refund,) = finance.rows("refunds")

    assert (payment["gross"], payment["balance_transaction_id"], payment["refunded"]) == ("10.00", "txn_1", "4.00")
    assert (refund["original_rate_amount"], refund["balance_transaction_id"]) == ("4.00", "txn_2")


def test_the_trial_balance_is_the_journal_summed_whatever_days_and_point_of_the_books(finance: Finance) -> None:
    for number in range(1, 7):
        pay(finance, number, amount=1000 * number, fee=10 * number, hours=13 * number)
    points = [finance.manifest("journal")["as_of_seq"]]
    pay(finance, 7, amount=55, hours=20)
    points.append(finance.manifest("journal")["as_of_seq"])

    for as_of in points:
        for days in (
            {},
            {"to_on": "2026-11-04"},
            {"from_on": "2026-11-03"},
            {"from_on": "2026-11-03", "to_on": "2026-11-03"},
        ):
            journal = finance.rows("journal", as_of=as_of, **days)
            for row in finance.rows("trial_balance", as_of=as_of, **days):
                lines = [line for line in journal if line["account_code"] == row["account_code"]]
                assert (Decimal(row["debits"]), Decimal(row["credits"])) == (
                    total(lines, "debit"),
                    total(lines, "credit"),
                )
                assert Decimal(row["closing"]) == sum(
                    map(Decimal, (row["opening"], row["debits"], f"-{row['credits']}"))
                )
