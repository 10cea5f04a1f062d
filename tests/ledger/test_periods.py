"""Accounting dates in the organisation's timezone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, Posting
from service.ledger.periods import accounting_date

YEAR_END = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def entry(effective_at: datetime, dated_on: date | None = None) -> Entry:
    """Return an entry that takes effect at an instant."""
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
def test_an_entry_is_dated_to_its_local_day(zone: str, instant: datetime, expected: date) -> None:
    assert accounting_date(entry(instant), ZoneInfo(zone), None) == expected


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Asia/Tokyo"])
def test_a_payout_has_its_arrival_date_in_every_timezone(zone: str) -> None:
    arrival = date(2026, 11, 5)

    found = accounting_date(entry(datetime(2026, 11, 5, tzinfo=UTC), arrival), ZoneInfo(zone), None)

    assert found == arrival
