"""Accounting dates in the organisation's timezone, closing, and facts that come too late."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, Posting
from service.ledger.period_store import close_period
from service.ledger.periods import PeriodError, accounting_date
from tests.ledger import make
from tests.ledger.books import NOW, UTC_ZONE, Books

YEAR_END = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def entry(effective_at: datetime, dated_on: date | None = None) -> Entry:
    postings = (Posting(Account.BANK, 1), Posting(Account.STRIPE_BALANCE, -1))
    return Entry("bt:t", EntryReason.TOPUP, "topup", "tu", "EUR", effective_at, postings, ("t",), "t", dated_on)


@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        ("Europe/Berlin", YEAR_END, date(2027, 1, 1)),
        ("UTC", YEAR_END, date(2026, 12, 31)),
        ("America/New_York", datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        ("America/New_York", datetime(2027, 1, 1, 5, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("Pacific/Kiritimati", datetime(2026, 12, 31, 10, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),  # a day of 25 hours begins
        ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC), date(2026, 10, 25)),
        ("Europe/Berlin", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_an_entry_stands_on_its_local_day(zone: str, instant: datetime, expected: date) -> None:
    assert accounting_date(entry(instant), ZoneInfo(zone), None) == expected


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Asia/Tokyo"])
def test_a_payout_arrives_on_the_same_day_everywhere(zone: str) -> None:
    arrival = date(2026, 11, 5)

    found = accounting_date(entry(datetime(2026, 11, 5, tzinfo=UTC), arrival), ZoneInfo(zone), None)

    assert found == arrival


def test_a_late_fact_goes_to_the_first_open_day(books: Books) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))
    close_period(books.engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")

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
        from service.stripe_facts.record_store import record_fact

        record_fact(connection, make.charge(), NOW)
        record_fact(connection, make.transaction("txn_1", "charge", 1000, "ch_1"), NOW)

    close_period(books.engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")

    assert books.entries()["bt:txn_1"][0] == "2026-11-02"


@pytest.mark.parametrize("through", [date(2026, 11, 18), date(2026, 12, 1)])
def test_a_day_that_is_not_over_cannot_be_closed(books: Books, through: date) -> None:
    with pytest.raises(PeriodError, match="not over yet"):
        close_period(books.engine, UTC_ZONE, through, NOW, "finance")


def test_the_organisations_day_decides_what_is_over(engine: Engine) -> None:
    late_evening = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)

    close_period(engine, ZoneInfo("Europe/Berlin"), date(2026, 11, 18), late_evening, "finance")


def test_suspense_keeps_the_books_open(books: Books) -> None:
    books.record(make.transaction("txn_1", "anticipation_repayment", -120, None))

    with pytest.raises(PeriodError, match=r"suspense holds 1\.20 EUR"):
        close_period(books.engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")


def test_a_movement_that_waits_keeps_the_books_open(books: Books) -> None:
    books.record(make.transaction("txn_1", "charge", 1000, "ch_1"))

    with pytest.raises(PeriodError, match="1 balance transactions are not posted"):
        close_period(books.engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")


def test_a_period_is_not_closed_twice(engine: Engine) -> None:
    close_period(engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")

    with pytest.raises(PeriodError, match="closed through 2026-11-10 already"):
        close_period(engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")


def test_the_database_refuses_an_entry_in_a_closed_period(engine: Engine) -> None:
    close_period(engine, UTC_ZONE, date(2026, 11, 10), NOW, "finance")

    with pytest.raises(IntegrityError, match="which is closed"), engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entries VALUES (1, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
                "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}')"
            )
        )
