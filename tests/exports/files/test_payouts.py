"""payouts.csv and payout_lines.csv: every payout is explained to the cent, or its remainder has a line."""

from decimal import Decimal

from tests.exports.world import Finance, pay_out, payout_lines, total
from tests.ledger import make


def test_a_payout_is_the_sum_of_its_named_parts(finance: Finance) -> None:
    finance.record(make.charge("ch_1", bt="txn_1"), make.charge("ch_2", 2000, bt="txn_2"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1"), *payout_lines())

    (payout,) = finance.rows("payouts")

    names = ("gross_charges", "refunds", "disputes", "fees", "adjustments", "unexplained", "amount")
    assert [payout[name] for name in names] == ["30.00", "-10.00", "-5.00", "1.90", "0.07", "0.00", "13.17"]
    assert (payout["line_count"], payout["recon_status"], payout["arrival_date"]) == ("6", "matched", "2026-11-05")


def test_a_cent_that_no_line_explains_has_a_line_of_its_own(finance: Finance) -> None:
    pay_out(finance, make.payout("po_1", 1318, bt="txn_po_1"), *payout_lines())

    (payout,) = finance.rows("payouts")
    listed = finance.rows("payout_lines")

    assert (payout["unexplained"], payout["recon_status"]) == ("0.01", "mismatch")
    assert (listed[-1]["reporting_category"], listed[-1]["net"]) == ("unexplained", "0.01")
    assert listed[-1]["running_total"] == payout["amount"]


def test_the_last_running_total_of_a_payout_is_its_amount(finance: Finance) -> None:
    finance.record(make.charge("ch_1", bt="txn_1"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1"), *payout_lines())

    listed = finance.rows("payout_lines")

    assert [line["balance_transaction_id"] for line in listed] == [f"txn_{number}" for number in range(1, 7)]
    assert [line["running_total"] for line in listed][-1] == "13.17"
    assert total(listed, "net") == Decimal("13.17")
    assert listed[0]["payment_id"] == "ch_1"


def test_the_parts_of_a_payout_that_stripe_has_not_listed_are_empty(finance: Finance) -> None:
    finance.record(make.payout("po_1", 500, status="pending", bt=None))

    (payout,) = finance.rows("payouts")

    assert (payout["amount"], payout["unexplained"], payout["recon_status"]) == ("5.00", "", "open")


def test_a_payout_that_failed_after_it_was_paid_is_shown_as_reopened(finance: Finance) -> None:
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1", status="paid"), *payout_lines())
    failed = make.payout("po_1", 1317, bt="txn_po_1", status="failed")

    finance.record(failed)
    (before,) = finance.rows("payouts")
    pay_out(finance, failed, *payout_lines())
    (after,) = finance.rows("payouts")

    assert [(row["status"], row["recon_status"], row["unexplained"]) for row in (before, after)] == [
        ("failed", "reopened", "0.00")
    ] * 2


def test_running_totals_run_in_the_order_of_the_lines(finance: Finance) -> None:
    """This can only fail if TEST_DATABASE_URL names a database that sorts text by a language."""
    first, second = (make.transaction(id_, "fee", amount, None) for id_, amount in (("txn_B", 100), ("txn_a", 30)))
    pay_out(finance, make.payout("po_1", 130, bt="txn_po_1"), second, first)

    listed = finance.rows("payout_lines")

    assert [line["balance_transaction_id"] for line in listed] == ["txn_B", "txn_a"]
    assert [line["running_total"] for line in listed] == ["1.00", "1.30"]
