"""The invariants, each red when what it guards is broken. The posting scenarios prove them green."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.database.engine import owner_engine
from service.ledger.invariant_store import check_ledger
from service.ledger.invariants import compare, none_of
from service.ledger.payout_store import record_tie
from tests.ledger import make
from tests.ledger.books import NOW, Books


def test_an_empty_ledger_is_green(books: Books) -> None:
    assert books.red({}) == set()


def test_a_cent_more_at_stripe_is_named(books: Books) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))

    found = books.checks({"EUR": 1001})["the Stripe account is Stripe's balance"]

    assert not found.is_green
    assert found.detail == "EUR ledger 10.00, Stripe 10.01, difference -0.01"


def test_a_purse_beside_the_payments_balance_is_compared_with_stripes_own(books: Books) -> None:
    purse = "refund_and_dispute_prefunding"
    name = "what is put aside for refunds and disputes is what Stripe holds"
    assert name not in books.checks({})
    books.record(make.transaction("txn_1", "topup", 1000, "tu_1", balance_type=purse))

    equal = books.checks({}, {"EUR": 1000})
    other = books.checks({}, {"EUR": 999})[name]

    assert (books.balances(), equal[name].is_green) == ({}, True)
    assert (other.is_green, other.detail) == (False, "EUR ledger 10.00, Stripe 9.99, difference 0.01")


def test_a_movement_that_waits_is_named_with_its_age(books: Books) -> None:
    books.record(make.transaction("txn_1", "charge", 1000, "ch_1"))

    assert books.checks()["every movement is posted once"].detail == "1: txn_1 (charge, 15 days old)"


def test_a_charge_returned_twice_is_named(books: Books) -> None:
    books.record(
        make.charge(refunded=600),
        make.transaction("txn_1", "charge", 1000, "ch_1"),
        make.refund(amount=600),
        make.dispute(status="lost", amount=1000),
    )

    assert books.checks()["nothing is returned twice"].detail == "1: ch_1 by 6.00 EUR"


def test_a_charge_that_never_reached_the_balance_is_named_after_a_day(books: Books) -> None:
    books.record(make.charge())

    assert books.checks()["charges reach the balance"].detail == "1: ch_1"
    with books.engine.connect() as connection:
        soon = check_ledger(connection, make.START + timedelta(hours=23))
    assert all(check.is_green for check in soon)


@pytest.mark.parametrize(("days", "are_named"), [(4, False), (5, True)])
def test_a_movement_that_a_payout_after_its_day_and_three_working_days_left_behind_is_named(
    books: Books, days: int, are_named: bool
) -> None:
    left = make.transaction("txn_left", "charge", 1000, "ch_1")
    books.record(make.charge(), make.transaction("txn_2", "fee", -940, None))
    for number, created_at in enumerate((left.available_at, left.available_at + timedelta(days=days))):
        payout_id = f"po_{number}"
        books.record(replace(make.payout(payout_id, amount=0), created_at=created_at))
        with books.engine.begin() as connection:
            record_tie(connection, payout_id, [], NOW)
    books.record(left)

    named = books.checks()["movements reach a payout"].detail

    assert named == ("2: txn_2, txn_left" if are_named else "none was left behind")


def test_a_mismatched_payout_is_named_with_its_remainder(books: Books) -> None:
    books.record(make.payout(amount=941))
    with books.engine.begin() as connection:
        record_tie(connection, "po_1", [make.transaction("txn_1", "fee", 940, None)], NOW)

    assert books.checks()["payouts tie to the cent"].detail == "1: po_1 mismatch -0.01 EUR unexplained"


def test_a_number_that_is_missing_is_noticed(books: Books) -> None:
    with books.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entries VALUES (7, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
                "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}')"
            )
        )

    assert books.red() == {"entries are numbered without a gap"}


def test_figures_name_every_currency_or_only_the_differing_ones() -> None:
    assert compare(3, "x", {"EUR": 5}, {"EUR": 5, "JPY": 0}, "other").detail == (
        "EUR ledger 0.05, other 0.05, difference 0.00; JPY ledger 0, other 0, difference 0"
    )
    assert compare(3, "x", {"EUR": 5, "JPY": 2}, {"EUR": 5}, "other").detail == "JPY ledger 2, other 0, difference 2"


def test_many_offenders_are_counted_and_a_few_named() -> None:
    assert none_of(2, "x", map(str, range(7)), "none").detail == "7: 0, 1, 2, 3, 4 ..."


def test_a_sum_by_day_that_is_not_that_of_its_postings_is_noticed(books: Books, database_address: str) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("UPDATE ledger_day_totals SET debit_minor = 946 WHERE account = '1100'"))
    owner.dispose()

    assert books.checks()["the sums by day are those of the postings"].detail == "1: 1100 EUR"
