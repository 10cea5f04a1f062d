"""Wall times become instants: ends are included, a day is whole, and clock changes are respected."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.schedule import Hours, WallTime, ends_before, is_quiet, is_within_hours, starts_at

DUBLIN = ZoneInfo("Europe/Dublin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> WallTime:
    day, _, minute = text.partition(" ")
    return WallTime(date.fromisoformat(day), time.fromisoformat(minute) if minute else None)


@pytest.mark.parametrize(
    ("written", "zone", "begins", "ends"),
    [
        ("2026-12-01", DUBLIN, "2026-12-01T00:00", "2026-12-02T00:00"),
        ("2026-07-01", DUBLIN, "2026-06-30T23:00", "2026-07-01T23:00"),
        ("2026-12-01 18:00", DUBLIN, "2026-12-01T18:00", "2026-12-01T18:01"),
        ("2026-03-29", DUBLIN, "2026-03-29T00:00", "2026-03-29T23:00"),
        ("2026-10-25", DUBLIN, "2026-10-24T23:00", "2026-10-26T00:00"),
        ("2026-10-25 01:30", DUBLIN, "2026-10-25T00:30", "2026-10-25T01:31"),
        ("2026-03-29 01:30", DUBLIN, "2026-03-29T01:30", "2026-03-29T01:31"),
        ("2026-03-08 02:30", NEW_YORK, "2026-03-08T07:30", "2026-03-08T07:31"),
        ("2026-09-27", AUCKLAND, "2026-09-26T12:00", "2026-09-27T11:00"),
        ("2026-12-31", AUCKLAND, "2026-12-30T11:00", "2026-12-31T11:00"),
    ],
)
def test_a_wall_time_starts_and_ends_at_these_instants(written: str, zone: ZoneInfo, begins: str, ends: str) -> None:
    assert starts_at(wall(written), zone) == at(begins)
    assert ends_before(wall(written), zone) == at(ends)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 a wall time has no zone
    st.sampled_from([DUBLIN, AUCKLAND, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Santiago")]),
)
def test_every_moment_lasts_at_least_its_minute(moment: datetime, zone: ZoneInfo) -> None:
    exact = WallTime(moment.date(), moment.time().replace(second=0, microsecond=0))

    assert ends_before(exact, zone) - starts_at(exact, zone) >= timedelta(minutes=1)
    assert timedelta(hours=22) < ends_before(WallTime(moment.date()), zone) - starts_at(WallTime(moment.date()), zone)


@pytest.mark.parametrize(
    ("minute", "is_on", "is_silent"),
    [(539, False, False), (540, True, True), (1019, True, True), (1020, True, False), (1021, False, False)],
)
def test_schedule_hours_include_their_end_and_quiet_hours_do_not(minute: int, is_on: bool, is_silent: bool) -> None:
    hours = Hours(9 * 60, 17 * 60)

    assert is_within_hours(hours, minute) is is_on
    assert is_quiet(hours, minute) is is_silent


@pytest.mark.parametrize(
    ("minute", "is_on", "is_silent"),
    [
        (1319, False, False),
        (1320, True, True),
        (0, True, True),
        (359, True, True),
        (360, True, False),
        (361, False, False),
    ],
)
def test_hours_may_cross_midnight(minute: int, is_on: bool, is_silent: bool) -> None:
    hours = Hours(22 * 60, 6 * 60)

    assert is_within_hours(hours, minute) is is_on
    assert is_quiet(hours, minute) is is_silent


@given(st.integers(0, 1439))
def test_a_day_from_midnight_to_midnight_is_the_whole_day(minute: int) -> None:
    assert is_within_hours(Hours(0, 1440), minute)
    assert is_quiet(Hours(0, 1440), minute)
