"""exceptions.csv: everything that finance has to check before closing a period."""

from dataclasses import replace

import pytest
from sqlalchemy import insert

from service.stripe_events.store import stripe_events
from service.stripe_gateway.facts import Invoice, Refund
from tests.conftest import NOW
from tests.exports.world import Finance, Row, pay, pay_out, payout_lines
from tests.ledger import make


def exceptions_of(finance: Finance, kind: str) -> list[Row]:
    return [row for row in finance.rows("exceptions") if row["kind"] == kind]


def test_a_month_in_order_has_no_exceptions(finance: Finance) -> None:
    finance.record(make.charge("ch_1", bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=30))

    assert finance.rows("exceptions") == []


def test_a_payment_without_a_contribution_is_listed_until_it_is_matched(finance: Finance) -> None:
    finance.record(
        make.charge("ch_1", interval=None, bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=30)
    )
    (row,) = exceptions_of(finance, "unmatched_bt")
    assert (row["ids"], row["amount"], row["currency"]) == ("ch_1 txn_1", "10.00", "EUR")

    finance.record(make.charge("ch_1", bt="txn_1"))

    assert exceptions_of(finance, "unmatched_bt") == []


def test_a_balance_transaction_of_an_unknown_object_is_listed(finance: Finance) -> None:
    finance.record(make.transaction("txn_1", "refund", -1000, "re_1"))

    assert exceptions_of(finance, "unmatched_bt")[0]["ids"] == "txn_1 re_1"


def test_a_payout_off_by_a_cent_is_listed(finance: Finance) -> None:
    pay_out(finance, make.payout("po_1", 1318, bt="txn_po_1"), *payout_lines())

    (row,) = exceptions_of(finance, "mismatch_payout")

    assert (row["ids"], row["amount"]) == ("po_1", "0.01")


def test_a_balance_transaction_without_a_posting_rule_is_listed_as_suspense(finance: Finance) -> None:
    finance.record(make.transaction("txn_1", "other_adjustment", 700, None))

    (row,) = exceptions_of(finance, "suspense")

    assert (row["ids"], row["amount"]) == ("txn_1", "7.00")


def test_a_charge_that_never_reached_the_balance_is_listed_after_a_day(finance: Finance) -> None:
    finance.record(make.charge("ch_1", 1000))

    (row,) = exceptions_of(finance, "no_bt_after_24h")

    assert (row["ids"], row["amount"]) == ("ch_1", "10.00")


def test_a_charge_that_returned_more_than_it_took_is_listed(finance: Finance) -> None:
    finance.record(
        make.charge("ch_1", 1000, bt="txn_1"),
        make.transaction("txn_1", "charge", 1000, "ch_1"),
        make.refund("re_1", 1000),
        make.dispute("dp_1", 1000),
    )

    (row,) = exceptions_of(finance, "over_returned")

    assert (row["ids"], row["amount"]) == ("ch_1", "-10.00")


def test_an_invoice_paid_outside_stripe_is_listed(finance: Finance) -> None:
    finance.record(
        Invoice("in_1", "paid", 500, 500, 500, 0, "EUR", NOW, is_livemode=True, amount_paid_off_stripe_minor=500)
    )

    (row,) = exceptions_of(finance, "off_stripe_payment")

    assert (row["ids"], row["amount"]) == ("in_1", "5.00")


def test_an_event_that_could_not_be_applied_is_listed(finance: Finance) -> None:
    event = {
        "id": "evt_1",
        "type": "charge.succeeded",
        "is_livemode": True,
        "received_at": NOW,
        "status": "dead",
        "attempt_count": 9,
        "next_attempt_at": NOW,
        "object_id": "ch_1",
    }
    with finance.engine.begin() as connection:
        connection.execute(insert(stripe_events).values(event))

    (row,) = exceptions_of(finance, "dead_event")

    assert (row["ids"], row["amount"]) == ("evt_1 ch_1", "")


def refund_at(hours: float, id_: str, amount: int, status: str) -> Refund:
    """Return a refund of ch_1 that was made at this hour."""
    return replace(make.refund(id_, amount, status=status), created_at=make.at(hours))


@pytest.mark.parametrize(
    ("refunds", "owed"),
    [
        ([(400, "succeeded")], {}),
        ([(400, "pending")], {}),
        ([(400, "canceled")], {}),
        ([(400, "failed")], {"re_0 ch_1": "4.00"}),
        ([(400, "failed"), (400, "succeeded")], {}),
        ([(400, "failed"), (400, "pending")], {}),
        ([(400, "failed"), (400, "failed")], {"re_0 ch_1": "4.00", "re_1 ch_1": "4.00"}),
        ([(400, "failed"), (400, "canceled")], {"re_0 ch_1": "4.00"}),
        ([(400, "succeeded"), (400, "failed")], {"re_1 ch_1": "4.00"}),
        ([(400, "failed"), (150, "succeeded")], {"re_0 ch_1": "2.50"}),
        ([(400, "failed"), (300, "failed"), (400, "succeeded")], {"re_0 ch_1": "3.00"}),
        ([(400, "failed"), (400, "succeeded"), (300, "failed"), (300, "succeeded")], {}),
        ([(400, "failed"), (500, "succeeded"), (300, "failed")], {"re_2 ch_1": "3.00"}),
    ],
)
def test_a_failed_refund_is_listed_until_a_later_refund_makes_up_for_it(
    finance: Finance, refunds: list[tuple[int, str]], owed: dict[str, str]
) -> None:
    pay(finance)
    for hours, (amount, status) in enumerate(refunds):
        finance.record(refund_at(hours, f"re_{hours}", amount, status))

    assert {row["ids"]: row["amount"] for row in exceptions_of(finance, "failed_refund")} == owed


def test_a_failed_refund_is_owed_since_its_money_came_back(finance: Finance) -> None:
    pay(finance)
    finance.record(
        make.transaction("txn_2", "refund", -400, "re_1", hours=3),
        make.transaction("txn_3", "refund_failure", 400, "re_1", hours=99),
        make.refund("re_1", 400, status="failed", bt="txn_2", failure_bt="txn_3"),
    )

    (row,) = exceptions_of(finance, "failed_refund")

    assert row["since"] == "2026-11-06T15:00:00Z"


@pytest.mark.parametrize(
    ("status", "is_known"),
    [
        ("warning_needs_response", True),
        ("warning_under_review", True),
        ("warning_closed", True),
        ("needs_response", True),
        ("under_review", True),
        ("won", True),
        ("lost", True),
        ("prevented", True),
        ("appealed", False),
        ("", False),
    ],
)
def test_a_dispute_is_listed_if_its_status_is_unknown(finance: Finance, status: str, is_known: bool) -> None:
    finance.record(make.charge(), make.dispute(amount=700, status=status))

    amounts = [row["amount"] for row in exceptions_of(finance, "unknown_status")]

    assert amounts == ([] if is_known else ["-7.00"])


def test_charges_refunds_and_payouts_are_listed_if_their_status_is_unknown(finance: Finance) -> None:
    finance.record(make.charge(status="odd"), make.refund(status="odd"), make.payout(status="odd"))

    assert {row["ids"] for row in exceptions_of(finance, "unknown_status")} == {"ch_1", "re_1", "po_1"}


@pytest.mark.parametrize(("category", "source"), [("dispute", "dp_1"), ("payout", "po_1")])
def test_money_of_a_dispute_or_payout_that_is_not_described_is_listed(
    finance: Finance, category: str, source: str
) -> None:
    finance.record(make.transaction("txn_1", category, -700, source))
    (row,) = exceptions_of(finance, "unknown_status")
    assert (row["ids"], row["amount"]) == (f"txn_1 {source}", "-7.00")

    finance.record(make.dispute() if category == "dispute" else make.payout())

    assert exceptions_of(finance, "unknown_status") == []
