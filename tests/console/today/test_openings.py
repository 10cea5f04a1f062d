"""A schedule is open, opens and closes on the site's clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.schedule import ALWAYS, Hours, Schedule, WallTime, Weekday
from service.console.screens.today.openings import closes_at, is_open, opens_at

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)  # a Wednesday
DUBLIN = ZoneInfo("Europe/Dublin")
FRIDAY = WallTime(date(2026, 11, 20), time(6))
MORNINGS = (Hours(7 * 60, 9 * 60 + 59),)
EVENINGS = (Hours(18 * 60, 21 * 60 + 59),)


def utc(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "opens"),
    [
        (Schedule(starts=FRIDAY), utc(20, 6)),
        (Schedule(weekdays=frozenset({Weekday.MON})), utc(23)),
        (Schedule(hours=EVENINGS), utc(18, 18)),
        (Schedule(hours=MORNINGS), utc(19, 7)),
        (Schedule(starts=FRIDAY, hours=EVENINGS), utc(20, 18)),
        (Schedule(starts=FRIDAY, weekdays=frozenset({Weekday.MON}), hours=MORNINGS), utc(23, 7)),
        (Schedule(ends=WallTime(date(2026, 11, 17))), None),
        (Schedule(starts=FRIDAY, ends=WallTime(date(2026, 11, 21)), weekdays=frozenset({Weekday.MON})), None),
    ],
)
def test_a_closed_schedule_opens_at_its_next_turn(schedule: Schedule, opens: datetime | None) -> None:
    assert not is_open(schedule, DUBLIN, NOW)
    assert opens_at(schedule, DUBLIN, NOW) == opens


@pytest.mark.parametrize(
    ("schedule", "closes"),
    [
        (ALWAYS, None),
        (Schedule(ends=WallTime(date(2026, 11, 22), time(18))), utc(22, 18, 1)),
        (Schedule(ends=WallTime(date(2026, 11, 22))), utc(23)),
        (Schedule(weekdays=frozenset({Weekday.WED})), utc(19)),
        (Schedule(hours=(Hours(10 * 60, 12 * 60),)), utc(18, 12, 1)),
        (Schedule(hours=(Hours(22 * 60, 11 * 60),)), utc(18, 11, 1)),
    ],
)
def test_an_open_schedule_closes_after_its_last_minute(schedule: Schedule, closes: datetime | None) -> None:
    assert is_open(schedule, DUBLIN, NOW)
    assert closes_at(schedule, DUBLIN, NOW) == closes
