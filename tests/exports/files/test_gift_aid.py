"""gift_aid.csv: HMRC's columns, for donations in pounds covered by a declaration."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from service.receipts.issuing import issue_receipts
from service.receipts.store import forget_declarer
from service.stripe_facts.record_store import StoredFact
from tests.exports.world import Finance, declare, pay, pay_pounds, total
from tests.ledger import make


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


@pytest.mark.parametrize("charged", ["GBP", "EUR", "JPY"])
@pytest.mark.parametrize("settled", ["GBP", "EUR"])
def test_a_donation_in_pounds_counts_whatever_currency_reaches_the_balance(
    finance: Finance, charged: str, settled: str
) -> None:
    finance.contribution(currency=charged)
    finance.record(
        make.transaction("txn_1", "charge", 1100, "ch_1", currency=settled),
        make.charge(currency=charged, bt="txn_1"),
    )
    declare(finance)

    claimed = [row["Amount"] for row in finance.rows("gift_aid")]
    (payment,) = finance.rows("contributions")

    assert claimed == (["10.00"] if charged == "GBP" else [])
    assert payment["gift_aid"] == ("true" if charged == "GBP" else "false")


NEW_YEAR = datetime(2027, 1, 4, 9, tzinfo=UTC)
BEGUN = replace(make.charge(currency="GBP", status="pending"), created_at=datetime(2026, 12, 30, 9, tzinfo=UTC))
PAID = replace(BEGUN, status="succeeded", amount_captured_minor=1000)
MOVED = make.transaction("txn_1", "charge", 1000, "ch_1", currency="GBP")
# The facts of a bank debit that is begun on 30 December and succeeds on 4 January, in every way that Stripe tells it.
DEBITS: dict[str, tuple[tuple[StoredFact, ...], tuple[StoredFact, ...]]] = {
    "its money comes when it succeeds": (
        (BEGUN,),
        (replace(PAID, balance_transaction_id="txn_1"), replace(MOVED, created_at=NEW_YEAR)),
    ),
    "its money is in the balance before it succeeds": (
        (replace(BEGUN, balance_transaction_id="txn_1"), replace(MOVED, created_at=BEGUN.created_at)),
        (replace(PAID, balance_transaction_id="txn_1"),),
    ),
    "its money has not come yet": ((BEGUN,), (PAID,)),
    "it was first heard of when it had succeeded": (
        (),
        (replace(PAID, balance_transaction_id="txn_1"), replace(MOVED, created_at=NEW_YEAR)),
    ),
}


@pytest.mark.parametrize("case", DEBITS)
def test_a_debit_counts_on_the_day_on_which_it_succeeds_everywhere(finance: Finance, case: str) -> None:
    finance.contribution(currency="GBP")
    begun, succeeded = DEBITS[case]
    finance.books.now = BEGUN.created_at
    finance.record(*begun)
    finance.books.now = NEW_YEAR
    finance.record(*succeeded)
    declare(finance, valid_from=date(2027, 1, 4), valid_until=date(2027, 1, 4))

    (payment,) = finance.rows("contributions", from_on="2027-01-04") or finance.rows("contributions")
    (donation,) = finance.rows("gift_aid", from_on="2027-01-04", to_on="2027-01-04")
    issued = [len(issue_receipts(finance.engine, finance.exports.settings, year, NEW_YEAR)) for year in (2026, 2027)]

    assert (payment["paid_at_utc"], payment["gift_aid"]) == ("2027-01-04T09:00:00Z", "true")
    assert (donation["Donation date"], donation["Amount"]) == ("04/01/27", "10.00")
    assert issued == [0, 1]


@pytest.mark.parametrize("seed", range(4))
def test_the_flag_of_a_payment_agrees_with_the_file_in_every_history(finance: Finance, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(1, 13):
        amount = chance.randrange(100, 5000)
        pay_pounds(finance, number, amount, refunded=chance.choice([0, 0, amount // 2, amount]))
    for number in chance.sample(range(1, 13), 7):
        first = chance.choice([date(2026, 1, 1), date(2026, 11, 2), date(2026, 11, 3)])
        declare(finance, donor_ref=f"ctb_{number}", valid_from=first)

    payments = [row for row in finance.rows("contributions") if row["gift_aid"] == "true"]
    with finance.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, amount_refunded_minor FROM charges")).all()
    refunded = {row.id: row.amount_refunded_minor for row in rows}
    net = sum(int(row["gross_minor"]) - refunded[row["charge_id"]] for row in payments)

    assert len(finance.rows("gift_aid")) == len(payments)
    assert total(finance.rows("gift_aid"), "Amount") == Decimal(net).scaleb(-2)
