"""Closed days are reopened by two persons, and the closing that is in force is found for every day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.closings.reopening import ReopeningError, approve_reopening, request_reopening
from service.ledger.closings.store import closed_through, closing_of, list_closings
from tests.ledger import make
from tests.ledger.world import NOW, UTC_ZONE, Books

FIRST, SECOND = date(2026, 11, 5), date(2026, 11, 10)


def close(engine: Engine, through: date, as_of: int, hours: int = 0) -> None:
    now = NOW + timedelta(hours=hours)
    close_period(engine, UTC_ZONE, now, ClosingWish(through, "Nora"), lambda _: as_of)


def ask(engine: Engine, day: date, hours: int = 1) -> None:
    request_reopening(engine, day, "Nora", "a wrong mapping", NOW + timedelta(hours=hours))


def approve(engine: Engine, day: date, by: str = "Omar", hours: int = 2) -> None:
    approve_reopening(engine, day, by, NOW + timedelta(hours=hours))


def in_force(engine: Engine, day: date) -> int | None:
    with engine.connect() as connection:
        closing = closing_of(connection, day)
    return closing.as_of if closing else None


def test_the_first_closing_of_a_day_stays_its_closing(engine: Engine) -> None:
    close(engine, FIRST, 1)
    close(engine, SECOND, 2, hours=1)

    assert [in_force(engine, day) for day in (date(2026, 1, 1), FIRST, SECOND, date(2026, 11, 11))] == [1, 1, 2, None]


def test_a_reopening_ends_the_closings_of_its_days_only(engine: Engine) -> None:
    close(engine, FIRST, 1)
    close(engine, SECOND, 2, hours=1)
    ask(engine, date(2026, 11, 8), hours=2)
    approve(engine, date(2026, 11, 8), hours=3)

    with engine.connect() as connection:
        assert closed_through(connection) == date(2026, 11, 7)
    assert [in_force(engine, day) for day in (FIRST, date(2026, 11, 7), date(2026, 11, 8))] == [1, 2, None]

    close(engine, SECOND, 3, hours=4)
    assert [in_force(engine, day) for day in (FIRST, date(2026, 11, 7), date(2026, 11, 8))] == [1, 2, 3]


def test_a_late_fact_has_its_own_day_again_after_a_reopening(books: Books) -> None:
    close(books.engine, SECOND, 1)
    ask(books.engine, FIRST)
    approve(books.engine, FIRST)

    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1", hours=100))

    assert books.entries()["bt:txn_1"][0] == "2026-11-06"


@pytest.mark.parametrize("by", ["Nora", "nora "])
def test_the_person_who_asked_cannot_approve(engine: Engine, by: str) -> None:
    close(engine, FIRST, 1)
    ask(engine, FIRST)

    with pytest.raises(ReopeningError, match="Nora asked to reopen 2026-11-05; another person must approve it"):
        approve(engine, FIRST, by)


def test_the_database_needs_two_persons_too(engine: Engine) -> None:
    close(engine, FIRST, 1)
    ask(engine, FIRST)

    with pytest.raises(IntegrityError, match="two persons"), engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_closings "
                "(kind, closed_through, closed_at, closed_by, last_seq, accepted, request_id) "
                "SELECT 'reopened', '2026-11-04', now(), 'NORA', 0, '{}', id FROM ledger_reopening_requests"
            )
        )


def test_only_a_closed_day_is_reopened_and_only_after_somebody_asked(engine: Engine) -> None:
    with pytest.raises(ReopeningError, match="no day is closed"):
        ask(engine, FIRST)
    close(engine, FIRST, 1)
    with pytest.raises(ReopeningError, match="2026-11-06 is open; the books are closed through 2026-11-05"):
        ask(engine, date(2026, 11, 6))
    with pytest.raises(ReopeningError, match="no person has asked to reopen 2026-11-05 since the last closing"):
        approve(engine, FIRST)


def test_an_approval_is_used_once_and_a_request_ends_with_the_next_closing(engine: Engine) -> None:
    close(engine, FIRST, 1)
    ask(engine, FIRST)
    close(engine, SECOND, 2, hours=2)

    with pytest.raises(ReopeningError, match="no person has asked"):
        approve(engine, FIRST, hours=3)

    ask(engine, SECOND, hours=3)
    approve(engine, SECOND, hours=4)
    close(engine, SECOND, 3, hours=5)
    with pytest.raises(ReopeningError, match="no person has asked"):
        approve(engine, SECOND, hours=6)
    with engine.connect() as connection:
        assert [bool(closing.request) for closing in list_closings(connection)] == [False, False, True, False]
