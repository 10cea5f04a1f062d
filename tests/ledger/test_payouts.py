"""Payouts tied to the cent: 250 lines, a cent that is missing and found, a payout that fails later."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from service.errors import NotFoundError
from service.ledger.payout_store import payouts_to_tie, record_tie, ties
from service.ledger.payouts import PayoutTie, TieStatus, tie_payout
from service.stripe_facts.record_store import record_fact
from service.stripe_facts.tables_store import balance_transactions, payout_members
from service.stripe_gateway.facts import BalanceTransaction
from tests.ledger import make
from tests.ledger.books import NOW

LINES = [make.transaction(f"txn_{number}", "charge", 1000, f"ch_{number}", fee=59) for number in range(250)]
AMOUNT = 250 * 941
OWN = make.transaction("txn_p", "payout", -AMOUNT, "po_1")


def count(connection: Connection, payout_id: str) -> int:
    statement = select(func.count()).where(payout_members.c.payout_id == payout_id)
    return connection.execute(statement).scalar_one()


def test_the_lines_of_a_payout_come_to_its_amount() -> None:
    tie = tie_payout(make.payout(amount=AMOUNT, bt="txn_p"), [*LINES, OWN])

    assert tie == PayoutTie("po_1", TieStatus.MATCHED, "EUR", AMOUNT, AMOUNT, 250)
    assert tie.difference_minor == 0


@pytest.mark.parametrize("off", [1, -1, 250])
def test_what_no_line_explains_is_the_remainder(off: int) -> None:
    tie = tie_payout(make.payout(amount=AMOUNT - off, bt="txn_p"), [*LINES, OWN])

    assert (tie.status, tie.difference_minor) == (TieStatus.MISMATCH, off)


def test_the_return_of_an_earlier_payout_is_a_line_like_any_other() -> None:
    returned = make.transaction("txn_r", "payout_reversal", 300, "po_0")

    tie = tie_payout(make.payout(amount=AMOUNT + 300, bt="txn_p"), [*LINES, OWN, returned])

    assert tie.status is TieStatus.MATCHED


def test_a_line_listed_twice_counts_once() -> None:
    tie = tie_payout(make.payout(amount=AMOUNT, bt="txn_p"), [*LINES, *LINES[:3], OWN])

    assert (tie.status, tie.line_count) == (TieStatus.MATCHED, 250)


def test_a_line_in_another_currency_does_not_pass_unseen() -> None:
    stranger = make.transaction("txn_x", "charge", 0, "ch_x", currency="USD")

    assert tie_payout(make.payout(amount=AMOUNT, bt="txn_p"), [*LINES, OWN, stranger]).status is TieStatus.MISMATCH


@pytest.mark.parametrize("changes", [{"is_automatic": False}, {"method": "instant"}])
def test_manual_and_instant_payouts_list_no_lines(changes: dict[str, object]) -> None:
    payout = make.payout(**changes)  # type: ignore[arg-type]

    tie = tie_payout(payout, [])

    assert (tie.status, tie.difference_minor) == (TieStatus.MANUAL, 0)


def test_a_missing_cent_shows_and_then_heals(engine: Engine) -> None:
    short = [make.transaction("txn_0", "charge", 999, "ch_0", fee=59), *LINES[1:]]
    with engine.begin() as connection:
        record_fact(connection, make.payout(amount=AMOUNT, bt="txn_p"), NOW)
        assert payouts_to_tie(connection, NOW) == ["po_1"]
        record_tie(connection, "po_1", short, NOW)

    with engine.begin() as connection:
        (tie,) = ties(connection)
        assert (tie.status, tie.difference_minor) == (TieStatus.MISMATCH, -1)
        assert payouts_to_tie(connection, NOW) == ["po_1"]
        extra = make.transaction("txn_extra", "other_adjustment", 1, None)
        record_tie(connection, "po_1", [*short, extra], NOW)

    with engine.connect() as connection:
        (tie,) = ties(connection)
        assert (tie.status, tie.difference_minor, tie.line_count) == (TieStatus.MATCHED, 0, 251)
        assert payouts_to_tie(connection, NOW) == []


def test_a_payout_that_fails_after_it_was_tied_is_opened_again(engine: Engine) -> None:
    with engine.begin() as connection:
        record_fact(connection, make.payout(amount=AMOUNT, status="paid", bt="txn_p"), NOW)
        record_tie(connection, "po_1", [*LINES, OWN], NOW)
        record_fact(connection, make.payout(amount=AMOUNT, status="failed", bt="txn_p"), NOW)

    with engine.begin() as connection:
        assert [tie.status for tie in ties(connection)] == [TieStatus.REOPENED]
        assert payouts_to_tie(connection, NOW) == ["po_1"]
        record_tie(connection, "po_1", [*LINES, OWN], NOW)

    with engine.connect() as connection:
        assert [tie.status for tie in ties(connection)] == [TieStatus.REOPENED]
        assert payouts_to_tie(connection, NOW) == []


def test_nothing_is_visible_of_a_payout_that_is_not_complete(engine: Engine) -> None:
    with engine.begin() as connection:
        record_fact(connection, make.payout(amount=AMOUNT, reconciliation="in_progress"), NOW)
        assert record_tie(connection, "po_1", LINES[:100], NOW) is None

    with engine.connect() as connection:
        assert (ties(connection), count(connection, "po_1"), payouts_to_tie(connection, NOW)) == ([], 0, [])
        assert connection.execute(select(func.count(balance_transactions.c.id))).scalar_one() == 100


def test_pages_that_break_off_leave_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        record_fact(connection, make.payout(amount=AMOUNT), NOW)

    def pages() -> list[BalanceTransaction]:
        raise TimeoutError("the third page")

    with pytest.raises(TimeoutError), engine.begin() as connection:
        record_tie(connection, "po_1", pages(), NOW)

    with engine.connect() as connection:
        assert (ties(connection), count(connection, "po_1")) == ([], 0)


def test_a_line_belongs_to_one_payout_only(engine: Engine) -> None:
    with engine.begin() as connection:
        record_fact(connection, make.payout("po_1", amount=941), NOW)
        record_fact(connection, make.payout("po_2", amount=941), NOW)
        record_tie(connection, "po_1", LINES[:1], NOW)

        tie = record_tie(connection, "po_2", LINES[:1], NOW)

    assert tie is not None
    assert (tie.status, tie.difference_minor) == (TieStatus.MISMATCH, -941)


def test_old_payouts_are_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        record_fact(connection, make.payout(), NOW)

        assert payouts_to_tie(connection, NOW) == ["po_1"]
        assert payouts_to_tie(connection, make.START + timedelta(days=31)) == []


def test_an_unknown_payout_cannot_be_tied(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(NotFoundError):
        record_tie(connection, "po_9", LINES, datetime(2026, 11, 18, tzinfo=UTC))
