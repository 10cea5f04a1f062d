"""Two persons at once: real transactions on PostgreSQL, so that an item is cleared, approved or reversed only once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from service.errors import DomainError
from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.manual import entering
from tests.ledger.manual.world import Desk
from tests.ledger.world import NOW, UTC_ZONE

PERSONS = 4


def at_once(act: Callable[[int], object]) -> list[object]:
    """Do an act `PERSONS` times at the same moment. Return what each returned, or its error."""
    start = Barrier(PERSONS)

    def attempt(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except DomainError as error:
            return error

    with ThreadPoolExecutor(PERSONS) as persons:
        return list(persons.map(attempt, range(PERSONS)))


def errors(outcomes: list[object]) -> list[str]:
    return [str(outcome) for outcome in outcomes if isinstance(outcome, DomainError)]


def test_an_item_is_cleared_once(desk: Desk) -> None:
    outcomes = at_once(lambda number: desk.clear("txn_odd", by=f"Person {number}"))

    assert errors(outcomes) == ["txn_odd has nothing open; see `ledger open-items`"] * (PERSONS - 1)
    assert desk.ledger.balances()["4950"] == -500
    assert desk.ledger.red() == set()


def test_an_entry_is_approved_once(desk: Desk) -> None:
    saved = desk.enter(("5900", 10_001), ("1210", -10_001))

    outcomes = at_once(lambda number: desk.approve(saved, by=f"Person {number}"))

    assert len(errors(outcomes)) == PERSONS - 1
    assert all("already" in error for error in errors(outcomes))
    assert desk.ledger.balances()["5900"] == 10_001


def test_an_entry_is_reversed_once(desk: Desk) -> None:
    saved = desk.enter(("5900", 250), ("1210", -250))

    outcomes = at_once(lambda _: desk.reverse(saved))

    assert len(errors(outcomes)) == PERSONS - 1
    assert "5900" not in {account for account, minor in desk.ledger.balances().items() if minor}


def test_entries_of_several_persons_are_numbered_without_a_gap(desk: Desk) -> None:
    outcomes = at_once(lambda number: desk.enter(("5900", 100 + number), ("1210", -100 - number)))

    assert errors(outcomes) == []
    assert desk.ledger.red() == {"suspense is empty"}


@pytest.mark.parametrize("day", [date(2026, 11, 10)])
def test_an_entry_never_gets_into_a_day_that_is_closed_at_the_same_moment(desk: Desk, day: date) -> None:
    desk.clear("txn_odd")

    def act(number: int) -> object:
        if number == 0:
            return close_period(desk.ledger.engine, UTC_ZONE, NOW, ClosingWish(day, "finance"))
        return desk.enter(("5900", 100), ("1210", -100), day=day)

    outcomes = at_once(act)

    posted = PERSONS - 1 - len(errors(outcomes))
    assert all("2026-11-10 is closed" in error for error in errors(outcomes))
    assert desk.ledger.balances().get("5900", 0) == 100 * posted


def test_a_refusal_and_an_approval_at_once_have_one_outcome(desk: Desk) -> None:
    saved = desk.enter(("5900", 10_001), ("1210", -10_001))

    def act(number: int) -> object:
        if number % 2:
            return desk.approve(saved, by=f"Person {number}")
        entering.refuse(desk.books, saved.manual.id, f"Person {number}", "not ours")
        return "refused"

    outcomes = at_once(act)

    assert len(errors(outcomes)) == PERSONS - 1
    assert desk.ledger.balances().get("5900", 0) in {0, 10_001}
