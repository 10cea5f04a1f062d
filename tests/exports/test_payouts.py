"""payouts.csv and payout_lines.csv: every payout explained to the cent, or its remainder named."""

from decimal import Decimal

from service.ledger.payout_store import record_tie
from service.stripe_gateway.facts import BalanceTransaction, Payout
from tests.conftest import NOW
from tests.exports.finance import Finance, total
from tests.ledger import make


def pay_out(finance: Finance, payout: Payout, *lines: BalanceTransaction) -> None:
    """Record a payout with its own transaction and the lines Stripe lists for it."""
    own = make.transaction(f"txn_{payout.id}", "payout", -payout.amount_minor, payout.id, hours=60)
    finance.record(*lines, own, payout)
    with finance.engine.begin() as connection:
        record_tie(connection, payout.id, (*lines, own), NOW)


def lines() -> tuple[BalanceTransaction, ...]:
    return (
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=30),
        make.transaction("txn_2", "charge", 2000, "ch_2", fee=50, hours=1),
        make.transaction("txn_3", "refund", -1000, "re_1", hours=2),
        make.transaction("txn_4", "dispute", -500, "dp_1", fee=100, hours=3),
        make.transaction("txn_5", "fee", -10, None, hours=4),
        make.transaction("txn_6", "other_adjustment", 7, None, hours=5),
    )


def test_a_payout_is_the_sum_of_its_named_parts(finance: Finance) -> None:
    finance.record(make.charge("ch_1", bt="txn_1"), make.charge("ch_2", 2000, bt="txn_2"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1"), *lines())

    (payout,) = finance.rows("payouts")

    names = ("gross_charges", "refunds", "disputes", "fees", "adjustments", "unexplained", "amount")
    assert [payout[name] for name in names] == ["30.00", "-10.00", "-5.00", "1.90", "0.07", "0.00", "13.17"]
    assert (payout["line_count"], payout["recon_status"], payout["arrival_date"]) == ("6", "matched", "2026-11-05")


def test_a_cent_nobody_explains_has_a_name_and_a_line(finance: Finance) -> None:
    pay_out(finance, make.payout("po_1", 1318, bt="txn_po_1"), *lines())

    (payout,) = finance.rows("payouts")
    listed = finance.rows("payout_lines")

    assert (payout["unexplained"], payout["recon_status"]) == ("0.01", "mismatch")
    assert (listed[-1]["reporting_category"], listed[-1]["net"]) == ("unexplained", "0.01")
    assert listed[-1]["running_total"] == payout["amount"]


def test_the_last_running_total_of_a_payout_is_its_amount(finance: Finance) -> None:
    finance.record(make.charge("ch_1", bt="txn_1"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1"), *lines())

    listed = finance.rows("payout_lines")

    assert [line["balance_transaction_id"] for line in listed] == [f"txn_{number}" for number in range(1, 7)]
    assert [line["running_total"] for line in listed][-1] == "13.17"
    assert total(listed, "net") == Decimal("13.17")
    assert listed[0]["payment_id"] == "ch_1"


def test_a_payout_not_listed_yet_explains_nothing(finance: Finance) -> None:
    finance.record(make.payout("po_1", 500, status="pending", bt=None))

    (payout,) = finance.rows("payouts")

    assert (payout["amount"], payout["unexplained"], payout["recon_status"]) == ("5.00", "", "open")


def test_a_contribution_names_the_payout_that_carried_it(finance: Finance) -> None:
    finance.contribution()
    finance.record(make.charge("ch_1", bt="txn_1"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1"), *lines())

    (payment,) = finance.rows("contributions")

    assert (payment["payout_id"], payment["payout_arrival_date"]) == ("po_1", "2026-11-05")


def test_a_payout_that_failed_after_it_was_paid_stays_open_for_finance_to_see(finance: Finance) -> None:
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1", status="paid"), *lines())
    failed = make.payout("po_1", 1317, bt="txn_po_1", status="failed")

    finance.record(failed)
    (before,) = finance.rows("payouts")
    pay_out(finance, failed, *lines())
    (after,) = finance.rows("payouts")

    assert [(row["status"], row["recon_status"], row["unexplained"]) for row in (before, after)] == [
        ("failed", "reopened", "0.00")
    ] * 2


def test_running_totals_run_in_the_order_of_the_lines(finance: Finance) -> None:
    """Bites where TEST_DATABASE_URL names a database that sorts by a language."""
    first, second = (make.transaction(id_, "fee", amount, None) for id_, amount in (("txn_B", 100), ("txn_a", 30)))
    pay_out(finance, make.payout("po_1", 130, bt="txn_po_1"), second, first)

    listed = finance.rows("payout_lines")

    assert [line["balance_transaction_id"] for line in listed] == ["txn_B", "txn_a"]
    assert [line["running_total"] for line in listed] == ["1.00", "1.30"]
