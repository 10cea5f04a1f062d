"""subscriptions.csv, receipts.csv and gift_aid.csv: who gives, what they may deduct, what HMRC adds."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from service.receipts.issuing import InvalidReceiptError, declare_gift_aid, issue_receipts
from service.receipts.store import Declaration, forget_declarer
from service.stripe_facts.checkout_store import subscriptions
from tests.conftest import NOW
from tests.exports.finance import Finance
from tests.exports.test_first_files import pay
from tests.ledger import make


def give_pounds(finance: Finance, number: int = 1, amount: int = 1000, refunded: int = 0, **contribution: Any) -> None:
    """A gift in pounds."""
    finance.contribution(f"ctb_{number}", currency="GBP", **contribution)
    charge = make.charge(f"ch_{number}", amount, currency="GBP", refunded=refunded, bt=f"txn_{number}")
    mark = make.mark(contribution_id=f"ctb_{number}")
    finance.record(
        make.transaction(f"txn_{number}", "charge", amount, f"ch_{number}", fee=30, currency="GBP"),
        type(charge)(**{name: getattr(charge, name) for name in charge.__slots__} | {"contribution": mark}),
    )


def declare(finance: Finance, **values: Any) -> None:
    given: dict[str, Any] = {
        "donor_ref": "ctb_1",
        "valid_from": date(2026, 1, 1),
        "valid_until": None,
        "title": "Professor",
        "first_name": "Mary",
        "last_name": "Byrne-Walsh",
        "house": "12 High Street",
        "postcode": "bt71aa",
    }
    declare_gift_aid(finance.exports.engine, Declaration(**given | values), finance.exports.clock())


def test_a_subscription_shows_its_next_attempt_and_what_it_gave(finance: Finance) -> None:
    finance.contribution("ctb_1", interval="month")
    finance.record(make.charge("ch_1", 500, bt="txn_1"), make.transaction("txn_1", "charge", 500, "ch_1"))
    row = {
        "id": "sub_1",
        "status": "active",
        "amount_minor": 500,
        "currency": "EUR",
        "price_interval": "month",
        "contribution_id": "ctb_1",
        "created_at": NOW,
        "current_period_ends_at": datetime(2026, 12, 18, 10, 30, tzinfo=UTC),
        "is_cancel_at_period_end": True,
        "cancellation_reason": "cancellation_requested",
        "cancellation_feedback": "=too_expensive",
        "status_rank": 0,
        "fetched_at": NOW,
    }
    with finance.engine.begin() as connection:
        connection.execute(insert(subscriptions).values(row))

    (subscription,) = finance.rows("subscriptions")

    assert subscription == {
        "contribution_id": "ctb_1",
        "status": "active",
        "interval": "month",
        "amount": "5.00",
        "currency": "EUR",
        "started": "2026-11-18T10:30:00Z",
        "current_period_end": "2026-12-18T10:30:00Z",
        "next_attempt": "",
        "cancel_at": "2026-12-18T10:30:00Z",
        "cancel_reason": "cancellation_requested, =too_expensive",
        "lifetime_paid": "5.00",
    }


def test_receipts_are_numbered_without_a_gap_and_only_issued_once(finance: Finance) -> None:
    pay(finance, 1)

    first = issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock())
    again = issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock())

    assert [receipt.id for receipt in first] == ["2026-000001"]
    assert again == []


def test_a_refund_replaces_the_receipt_by_one_of_a_new_number(finance: Finance) -> None:
    pay(finance, 1)
    issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock())
    finance.record(make.charge("ch_1", 2500, refunded=500, bt="txn_1"))

    issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock())

    old, new = finance.rows("receipts")
    assert (old["receipt_number"], old["net_deductible"], old["replaced_by"]) == ("2026-000001", "25.00", "2026-000002")
    assert (new["total_given"], new["total_refunded"], new["net_deductible"]) == ("25.00", "5.00", "20.00")
    assert (new["payment_list"], new["year"], new["replaced_by"]) == ("ch_1", "2026", "")


def test_who_gave_nothing_net_needs_no_receipt(finance: Finance) -> None:
    finance.record(make.charge("ch_1", 2500, refunded=2500, bt="txn_1"))

    assert issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock()) == []


def test_a_year_that_makes_no_sense_is_refused(finance: Finance) -> None:
    with pytest.raises(InvalidReceiptError):
        issue_receipts(finance.exports.engine, finance.exports.settings, 20, finance.exports.clock())


def test_gift_aid_is_in_hmrcs_columns_net_of_refunds(finance: Finance) -> None:
    give_pounds(finance, amount=1000, refunded=250)
    declare(finance)

    (row,) = finance.rows("gift_aid", has_personal_data=True)

    assert row == {
        "Title": "Prof",
        "First name": "Mary",
        "Last name": "Byrne Walsh",
        "House name or number": "12 High Street",
        "Postcode": "BT7 1AA",
        "Aggregated donations": "",
        "Sponsored event": "",
        "Donation date": "02/11/26",
        "Amount": "7.50",
    }
    assert finance.rows("contributions")[0]["gift_aid"] == "true"


@pytest.mark.parametrize(
    "declaration",
    [
        {"donor_ref": "ctb_2"},
        {"valid_from": date(2026, 11, 3)},
        {"valid_until": date(2026, 11, 1)},
    ],
)
def test_only_a_declaration_valid_on_the_day_counts(finance: Finance, declaration: dict[str, Any]) -> None:
    give_pounds(finance)
    declare(finance, **declaration)

    assert finance.rows("gift_aid", has_personal_data=True) == []
    assert finance.rows("contributions")[0]["gift_aid"] == "false"


def test_other_currencies_and_gifts_given_back_are_not_claimed(finance: Finance) -> None:
    pay(finance, 1)
    give_pounds(finance, 2, refunded=1000)
    declare(finance)
    declare(finance, donor_ref="ctb_2")

    assert finance.rows("gift_aid", has_personal_data=True) == []


def test_a_postcode_outside_the_uk_is_an_x(finance: Finance) -> None:
    give_pounds(finance)
    declare(finance, postcode="D02 XY45")

    assert finance.rows("gift_aid", has_personal_data=True)[0]["Postcode"] == "X"


def test_names_stay_out_without_the_permission_and_after_erasure(finance: Finance) -> None:
    give_pounds(finance)
    declare(finance)

    assert finance.rows("gift_aid")[0] | {"Amount": ""} == dict.fromkeys(finance.rows("gift_aid")[0], "") | {
        "Donation date": "02/11/26"
    }
    with finance.engine.begin() as connection:
        assert forget_declarer(connection, ("ctb_1",)) == 1
    assert finance.rows("gift_aid", has_personal_data=True)[0]["Last name"] == ""
