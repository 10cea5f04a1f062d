"""Whole local days as instants: clock changes, year ends, and days that do not begin at midnight."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ledger.local_days import LocalDays, first_instant

ZONES = ["Europe/Dublin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago", "Asia/Beirut"]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Dublin", date(2026, 3, 29), 23),
        ("Europe/Dublin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Pacific/Auckland", date(2026, 9, 27), 23),
    ],
)
def test_a_day_lasts_as_long_as_its_clocks_say(zone: str, day: date, hours: float) -> None:
    days = LocalDays(day, day, ZoneInfo(zone))

    assert days.starts_at is not None
    assert days.ends_at is not None
    assert days.ends_at - days.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "ends_at"),
    [
        ("Europe/Dublin", datetime(2027, 1, 1, 0, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 1, 1, 5, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 12, 31, 18, 30, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 12, 31, 11, 0, tzinfo=UTC)),
    ],
)
def test_a_year_ends_when_the_last_local_day_is_over(zone: str, ends_at: datetime) -> None:
    assert LocalDays(date(2026, 1, 1), date(2026, 12, 31), ZoneInfo(zone)).ends_at == ends_at


def test_a_day_whose_midnight_is_skipped_begins_at_one() -> None:
    # Santiago's clocks went from 24:00 straight to 01:00 on 6 September 2026.
    assert first_instant(date(2026, 9, 6), ZoneInfo("America/Santiago")) == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)


def test_a_midnight_that_comes_twice_counts_the_first_time() -> None:
    # Havana's clocks went from 01:00 back to 00:00 on 1 November 2026.
    assert first_instant(date(2026, 11, 1), ZoneInfo("America/Havana")) == datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


def test_a_day_that_the_zone_skipped_is_empty() -> None:
    days = LocalDays(date(2011, 12, 30), date(2011, 12, 30), ZoneInfo("Pacific/Apia"))

    assert days.starts_at == days.ends_at


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2037, 12, 31)))
def test_days_follow_each_other_without_gap_or_overlap(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    starts_at = first_instant(day, zone)

    assert LocalDays(day, day, zone).ends_at == first_instant(day + timedelta(days=1), zone)
    assert starts_at.astimezone(zone).date() == day
    assert (starts_at - timedelta(seconds=1)).astimezone(zone).date() == day - timedelta(days=1)
