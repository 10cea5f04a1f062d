"""refunds.csv, disputes.csv and fees.csv against the ledger they come from."""

from dataclasses import replace
from decimal import Decimal

from tests.exports.finance import Finance, total
from tests.ledger import make


def account(finance: Finance, code: str) -> Decimal:
    """The movement of one account, a debit positive."""
    rows = [row for row in finance.rows("journal") if row["account_code"] == code]
    return total(rows, "debit") - total(rows, "credit")


def test_a_refund_is_positive_and_equals_the_contra_income(finance: Finance) -> None:
    finance.contribution()
    finance.record(
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=30),
        make.transaction("txn_2", "refund", -400, "re_1", hours=30),
        make.charge("ch_1", 1000, refunded=400, bt="txn_1"),
        make.refund("re_1", 400, bt="txn_2"),
    )

    (refund,) = finance.rows("refunds")
    (payment,) = finance.rows("contributions")

    assert (refund["amount"], refund["original_rate_amount"], refund["fx_difference"]) == ("4.00", "4.00", "0.00")
    assert refund["accounting_date"] == "2026-11-03"
    assert refund["payment_id"] == payment["payment_id"]
    assert (payment["refund_state"], payment["refunded"]) == ("partial", "4.00")
    assert total([refund], "original_rate_amount") == account(finance, "4200")


def test_a_refund_at_another_rate_shows_the_difference(finance: Finance) -> None:
    finance.contribution()
    finance.record(
        make.transaction("txn_1", "charge", 9_000, "ch_1", fee=300),
        make.transaction("txn_2", "refund", -9_500, "re_1", hours=30),
        make.charge("ch_1", 10_000, currency="USD", refunded=10_000, bt="txn_1"),
        make.refund("re_1", 10_000, currency="USD", bt="txn_2"),
    )

    (refund,) = finance.rows("refunds")

    assert (refund["currency"], refund["amount"]) == ("EUR", "95.00")
    assert (refund["original_rate_amount"], refund["fx_difference"]) == ("90.00", "5.00")
    assert finance.rows("contributions")[0]["refund_state"] == "full"


def test_a_dispute_that_is_lost_says_what_it_cost(finance: Finance) -> None:
    finance.contribution()
    finance.record(
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=30),
        make.charge("ch_1", 1000, bt="txn_1"),
        make.transaction("txn_3", "dispute", -1000, "dp_1", fee=2000, hours=50),
        make.dispute("dp_1", 1000, status="lost", bts=("txn_3",)),
    )

    (dispute,) = finance.rows("disputes")

    assert (dispute["kind"], dispute["status"]) == ("chargeback", "lost")
    assert (dispute["amount"], dispute["fees"], dispute["returned"]) == ("10.00", "20.00", "0.00")
    assert dispute["outcome_amount"] == "-30.00"
    assert dispute["closed_at_utc"].endswith("Z")
    assert finance.rows("contributions")[0]["dispute_state"] == "lost"


def test_an_inquiry_has_moved_nothing(finance: Finance) -> None:
    finance.record(make.charge("ch_1", 1000), make.dispute("dp_1", 1000, status="warning_needs_response"))

    (dispute,) = finance.rows("disputes")

    assert (dispute["kind"], dispute["amount"], dispute["outcome_amount"]) == ("inquiry", "10.00", "")


def test_fees_are_one_row_per_component_and_sum_to_the_fee_accounts(finance: Finance) -> None:
    finance.record(
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=37, tax=7),
        make.charge("ch_1", 1000, bt="txn_1"),
        make.transaction("txn_3", "dispute", -1000, "dp_1", fee=2000),
        make.dispute("dp_1", 1000, bts=("txn_3",)),
        make.transaction("txn_4", "fee", -500, None),
        make.transaction("txn_5", "network_cost", -12, None),
    )

    fees = finance.rows("fees")

    assert sorted((fee["category"], fee["amount"]) for fee in fees) == [
        ("dispute", "20.00"),
        ("network", "0.12"),
        ("other", "5.00"),
        ("processing", "0.30"),
        ("tax", "0.07"),
    ]
    assert total(fees, "amount") == sum(account(finance, code) for code in ("5100", "5110", "5120", "5200"))


def test_whatever_words_stripe_uses_they_stay_one_cell_of_text(finance: Finance) -> None:
    hostile = '\t=1+1\r\n;"a",=2'
    finance.contribution()
    finance.record(
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=30),
        make.charge("ch_1", 1000, bt="txn_1"),
        replace(make.refund("re_1", 400), reason=hostile, failure_reason=hostile, destination_reference=hostile),
        replace(make.dispute("dp_1", 1000), reason=f"a{hostile}", network_reason_code=f"9{hostile}"),
    )

    (refund,), (dispute,) = finance.rows("refunds"), finance.rows("disputes")

    safe = '\' =1+1 ;"a",=2'
    assert [refund[name] for name in ("reason", "failure_reason", "destination_reference")] == [safe] * 3
    assert (dispute["reason"], dispute["network_reason"]) == ('a =1+1 ;"a",=2', '9 =1+1 ;"a",=2')
