"""Every invariant is red if what it guards is broken. The scenarios of the posting rules prove it green."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.database.engine import owner_engine
from service.ledger.invariants.check_ledger import check_ledger
from service.ledger.payouts.tying import record_tie
from tests.ledger import make
from tests.ledger.world import NOW, Books


def test_an_empty_ledger_is_green(books: Books) -> None:
    assert books.red({}) == set()


def test_a_cent_more_at_stripe_is_red(books: Books) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))

    check = books.checks({"EUR": 1001})["the Stripe account is Stripe's balance"]

    assert not check.is_green
    assert check.detail == "EUR ledger 10.00, Stripe 10.01, difference -0.01"


def test_money_set_aside_for_refunds_is_compared_with_stripes_figure(books: Books) -> None:
    name = "what is put aside for refunds and disputes is what Stripe holds"
    assert name not in books.checks({})
    books.record(make.transaction("txn_1", "topup", 1000, "tu_1", balance_type="refund_and_dispute_prefunding"))

    equal = books.checks({}, {"EUR": 1000})
    other = books.checks({}, {"EUR": 999})[name]

    assert (books.balances(), equal[name].is_green) == ({}, True)
    assert (other.is_green, other.detail) == (False, "EUR ledger 10.00, Stripe 9.99, difference 0.01")


def test_an_unposted_balance_transaction_is_named_with_its_age(books: Books) -> None:
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
def test_a_balance_transaction_is_named_if_a_payout_five_days_later_left_it_behind(
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


@pytest.mark.parametrize(
    ("taken", "named"),
    [(0, "2: txn_1, txn_2"), (999, "2: txn_1, txn_2"), (1000, "1: txn_2"), (1500, "none was left behind")],
)
def test_what_a_payout_by_hand_took_is_not_named(books: Books, taken: int, named: str) -> None:
    """Stripe cannot list what such a payout took, so the oldest movements up to its amount and fee are left out."""
    first, second = (make.transaction(f"txn_{number}", "topup", 1000 // number, None) for number in (1, 2))
    by_hand = make.payout("po_hand", taken - 10, method="instant")
    books.record(by_hand, make.transaction("txn_p", "payout", 10 - taken, "po_hand", fee=10))
    for number, created_at in enumerate((first.available_at, first.available_at + timedelta(days=5))):
        books.record(replace(make.payout(f"po_{number}", amount=0), created_at=created_at))
        with books.engine.begin() as connection:
            record_tie(connection, f"po_{number}", [], NOW)
    with books.engine.begin() as connection:
        record_tie(connection, "po_hand", [], NOW)
    books.record(first, second)

    assert books.checks()["movements reach a payout"].detail == named


def test_a_mismatched_payout_is_named_with_its_remainder(books: Books) -> None:
    books.record(make.payout(amount=941))
    with books.engine.begin() as connection:
        record_tie(connection, "po_1", [make.transaction("txn_1", "fee", 940, None)], NOW)

    assert books.checks()["payouts tie to the cent"].detail == "1: po_1 mismatch -0.01 EUR unexplained"


def test_a_line_that_an_owner_added_later_is_red(books: Books, database_address: str) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text("INSERT INTO ledger_postings VALUES (1, 8, '1210', 500, 'EUR'), (1, 9, '4100', -500, 'EUR')")
        )
    owner.dispose()

    assert "entries have the lines they were posted with" in books.red()
    assert books.checks()["entries have the lines they were posted with"].detail == "1: bt:txn_1"


def test_a_missing_entry_number_is_red(books: Books) -> None:
    with books.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entries VALUES (7, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
                "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}', 0)"
            )
        )

    assert books.red() == {"entries are numbered without a gap"}


def test_a_sum_by_day_that_differs_from_its_postings_is_named(books: Books, database_address: str) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("UPDATE ledger_day_totals SET debit_minor = 946 WHERE account = '1100'"))
    owner.dispose()

    assert books.checks()["the sums by day are those of the postings"].detail == "1: 1100 EUR"
