"""gift_aid.csv: HMRC's columns, for donations in pounds covered by a declaration."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.receipts.issuing import declare_gift_aid
from service.receipts.store import Declaration, forget_declarer
from tests.exports.world import Finance, pay
from tests.ledger import make


def pay_pounds(finance: Finance, number: int = 1, amount: int = 1000, refunded: int = 0) -> None:
    """Record a contribution in pounds."""
    finance.contribution(f"ctb_{number}", currency="GBP")
    charge = make.charge(f"ch_{number}", amount, currency="GBP", refunded=refunded, bt=f"txn_{number}")
    mark = make.mark(contribution_id=f"ctb_{number}")
    finance.record(
        make.transaction(f"txn_{number}", "charge", amount, f"ch_{number}", fee=30, currency="GBP"),
        replace(charge, contribution=mark),
    )


def declare(finance: Finance, **values: Any) -> None:
    """Save a declaration of the donor of contribution ctb_1."""
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


def test_a_donation_has_hmrcs_columns_net_of_refunds(finance: Finance) -> None:
    pay_pounds(finance, amount=1000, refunded=250)
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
    pay_pounds(finance)
    declare(finance, **declaration)

    assert finance.rows("gift_aid", has_personal_data=True) == []
    assert finance.rows("contributions")[0]["gift_aid"] == "false"


def test_other_currencies_and_refunded_donations_are_not_claimed(finance: Finance) -> None:
    pay(finance, 1)
    pay_pounds(finance, 2, refunded=1000)
    declare(finance)
    declare(finance, donor_ref="ctb_2")

    assert finance.rows("gift_aid", has_personal_data=True) == []


def test_a_postcode_outside_the_uk_is_an_x(finance: Finance) -> None:
    pay_pounds(finance)
    declare(finance, postcode="D02 XY45")

    assert finance.rows("gift_aid", has_personal_data=True)[0]["Postcode"] == "X"


def test_names_are_empty_without_the_permission_and_after_erasure(finance: Finance) -> None:
    pay_pounds(finance)
    declare(finance)

    assert finance.rows("gift_aid")[0] | {"Amount": ""} == dict.fromkeys(finance.rows("gift_aid")[0], "") | {
        "Donation date": "02/11/26"
    }
    with finance.engine.begin() as connection:
        assert forget_declarer(connection, ("ctb_1",)) == 1
    assert finance.rows("gift_aid", has_personal_data=True)[0]["Last name"] == ""
