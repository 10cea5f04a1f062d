"""Closing a period: what prevents it, and what happens to facts that arrive later."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.periods import PeriodError
from service.stripe_facts.record_store import record_facts
from tests.ledger import make
from tests.ledger.world import NOW, UTC_ZONE, Books


def test_a_late_fact_is_dated_to_the_first_open_day_and_keeps_its_instant(books: Books) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))
    close_period(books.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))

    books.record(make.charge("ch_2"), make.transaction("txn_2", "charge", 700, "ch_2"))
    books.record(make.payout(status="paid"), make.transaction("txn_3", "payout", -5000, "po_1"))

    dates = {key: day for key, (day, _) in books.entries().items()}
    assert dates == {
        "bt:txn_1": "2026-11-02",
        "bt:txn_2": "2026-11-11",
        "bt:txn_3": "2026-11-11",
        "ev:po_1:paid": "2026-11-11",
    }
    with books.engine.connect() as connection:
        statement = text("SELECT effective_at FROM ledger_entries WHERE key = 'bt:txn_2'")
        assert connection.execute(statement).scalar_one() == make.START


def test_closing_posts_what_is_due_first(books: Books) -> None:
    with books.engine.begin() as connection:
        record_facts(connection, [make.charge()], NOW)
        record_facts(connection, [make.transaction("txn_1", "charge", 1000, "ch_1")], NOW)

    close_period(books.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))

    assert books.entries()["bt:txn_1"][0] == "2026-11-02"


@pytest.mark.parametrize("through", [date(2026, 11, 18), date(2026, 12, 1)])
def test_a_day_that_is_not_over_cannot_be_closed(books: Books, through: date) -> None:
    with pytest.raises(PeriodError, match="not over yet"):
        close_period(books.engine, UTC_ZONE, NOW, ClosingWish(through, "finance"))


def test_a_day_is_over_by_the_organisations_timezone(engine: Engine) -> None:
    late_evening = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)

    close_period(engine, ZoneInfo("Europe/Berlin"), late_evening, ClosingWish(date(2026, 11, 18), "finance"))


def test_suspense_keeps_the_books_open(books: Books) -> None:
    books.record(make.transaction("txn_1", "anticipation_repayment", -120, None))

    with pytest.raises(PeriodError, match=r"suspense holds 1\.20 EUR"):
        close_period(books.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))


def test_an_unposted_balance_transaction_keeps_the_books_open(books: Books) -> None:
    books.record(make.transaction("txn_1", "charge", 1000, "ch_1"))

    with pytest.raises(PeriodError, match="1 balance transactions are not posted"):
        close_period(books.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))


def test_a_period_is_not_closed_twice(engine: Engine) -> None:
    close_period(engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))

    with pytest.raises(PeriodError, match="closed through 2026-11-10 already"):
        close_period(engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))


def test_the_database_refuses_an_entry_in_a_closed_period(engine: Engine) -> None:
    close_period(engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))

    with pytest.raises(IntegrityError, match="which is closed"), engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entries VALUES (1, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
                "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}', 0)"
            )
        )
