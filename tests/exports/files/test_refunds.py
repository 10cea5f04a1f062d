"""refunds.csv: what a refund returned, at the rate of the payment, as the ledger has it."""

from dataclasses import replace

from tests.exports.world import Finance, account_movement, total
from tests.ledger import make


def test_a_refund_is_positive_and_equals_what_reduces_income(finance: Finance) -> None:
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
    assert total([refund], "original_rate_amount") == account_movement(finance, "4200")


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


def test_text_from_stripe_stays_in_one_cell_and_is_no_formula(finance: Finance) -> None:
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
