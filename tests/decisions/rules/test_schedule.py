"""Schedules, weekdays, hours and quiet hours on the site's clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.campaign import Kind
from service.campaigns.gate import Gate, GateType
from service.campaigns.schedule import Hours, Schedule, WallTime, Weekday
from tests.decisions import make

ZONES = ("Europe/Dublin", "Europe/London", "America/New_York", "Pacific/Auckland")


def blocked(schedule: Schedule, now: datetime, zone: str = make.DUBLIN) -> str | None:
    where = make.compiled(make.campaign(schedule=schedule), site=make.site(timezone=zone))
    return make.blocked_by(where, now=now)


def wall(zone: str, day: date, at: time = time(), fold: int = 0) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_both_ends_of_a_schedule_belong_to_it_the_end_to_its_whole_minute(zone: str) -> None:
    day = date(2026, 11, 30)
    schedule = Schedule(starts=WallTime(day, time(9, 0)), ends=WallTime(day, time(17, 0)))
    begins, ends = wall(zone, day, time(9)), wall(zone, day, time(17))

    assert blocked(schedule, begins - timedelta(seconds=1), zone) == "starts"
    assert blocked(schedule, begins, zone) is None
    assert blocked(schedule, ends + timedelta(seconds=59), zone) is None
    assert blocked(schedule, ends + timedelta(seconds=60), zone) == "ends"


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_without_a_time_is_that_whole_local_day(zone: str) -> None:
    schedule = Schedule(starts=WallTime(date(2026, 11, 30)), ends=WallTime(date(2026, 12, 1)))
    begins, ends = wall(zone, date(2026, 11, 30)), wall(zone, date(2026, 12, 2))

    assert blocked(schedule, begins - timedelta(seconds=1), zone) == "starts"
    assert blocked(schedule, begins, zone) is None
    assert blocked(schedule, ends - timedelta(seconds=1), zone) is None
    assert blocked(schedule, ends, zone) == "ends"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Dublin", date(2026, 3, 29), 23),
        ("Europe/Dublin", date(2026, 10, 25), 25),
        ("Europe/London", date(2026, 3, 29), 23),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Pacific/Auckland", date(2026, 4, 5), 25),
        ("Pacific/Auckland", date(2026, 9, 27), 23),
    ],
)
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(zone: str, day: date, hours: int) -> None:
    schedule = Schedule(starts=WallTime(day), ends=WallTime(day))
    begins = wall(zone, day)

    assert blocked(schedule, begins, zone) is None
    assert blocked(schedule, begins + timedelta(hours=hours, seconds=-1), zone) is None
    assert blocked(schedule, begins + timedelta(hours=hours), zone) == "ends"


def test_an_end_in_the_repeated_hour_ends_the_second_time() -> None:
    day = date(2026, 10, 25)
    schedule = Schedule(ends=WallTime(day, time(1, 30)))

    assert blocked(schedule, wall(make.DUBLIN, day, time(1, 45), fold=0)) is None
    assert blocked(schedule, wall(make.DUBLIN, day, time(1, 30), fold=1)) is None
    assert blocked(schedule, wall(make.DUBLIN, day, time(1, 31), fold=1)) == "ends"


def test_a_start_says_when_it_begins() -> None:
    where = make.compiled(make.campaign(schedule=Schedule(starts=WallTime(date(2026, 12, 1)))))

    trace = make.trace(make.decided(where))

    assert trace.next_at == make.instant(datetime(2026, 12, 1, tzinfo=UTC))


def test_a_schedule_that_has_ended_names_no_instant() -> None:
    where = make.compiled(make.campaign(schedule=Schedule(ends=WallTime(date(2026, 11, 1)))))

    assert make.trace(make.decided(where)).next_at is None


def test_weekdays_are_local_days() -> None:
    """Sunday 20:00 UTC is Monday in Auckland."""
    schedule = Schedule(weekdays=frozenset({Weekday.MON}))

    assert blocked(schedule, datetime(2026, 6, 14, 20, 0, tzinfo=UTC), "Pacific/Auckland") is None
    assert blocked(schedule, datetime(2026, 6, 14, 20, 0, tzinfo=UTC), "Europe/Dublin") == "weekdays"


def test_a_weekday_says_when_it_comes() -> None:
    where = make.compiled(make.campaign(schedule=Schedule(weekdays=frozenset({Weekday.TUE}))))

    assert make.trace(make.decided(where)).next_at == make.instant(datetime(2026, 11, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("02:00", True), ("02:01", False)],
)
def test_hours_may_cross_midnight_and_include_their_end_minute(at: str, is_open: bool) -> None:
    schedule = Schedule(hours=(Hours(22 * 60, 2 * 60),))
    now = wall(make.DUBLIN, date(2026, 7, 1), time.fromisoformat(at)) + timedelta(seconds=59)

    assert (blocked(schedule, now) is None) is is_open


def test_hours_combine_with_weekdays_into_the_true_next_instant() -> None:
    schedule = Schedule(weekdays=frozenset({Weekday.SUN}), hours=(Hours(9 * 60, 10 * 60),))
    where = make.compiled(make.campaign(schedule=schedule))

    assert make.trace(make.decided(where)).next_at == make.instant(datetime(2026, 11, 22, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "is_quiet"), [("22:59", False), ("23:00", True), ("00:30", True), ("06:59", True), ("07:00", False)]
)
def test_quiet_hours_cross_midnight_and_lift_exactly_at_their_end(at: str, is_quiet: bool) -> None:
    where = make.compiled(make.campaign(), site=make.site(quiet_hours=(Hours(23 * 60, 7 * 60),)))
    now = wall(make.DUBLIN, date(2026, 7, 1), time.fromisoformat(at))

    trace = make.trace(make.decided(where, now=now))

    assert (trace.blocked_by == "quiet_hours") is is_quiet
    if is_quiet:
        later = date(2026, 7, 2) if at > "12:00" else date(2026, 7, 1)
        assert trace.next_at == make.instant(wall(make.DUBLIN, later, time(7)))


def test_quiet_hours_that_end_where_they_begin_are_none() -> None:
    where = make.compiled(make.campaign(), site=make.site(quiet_hours=(Hours(600, 600),)))

    assert make.blocked_by(where, now=make.NOW.replace(hour=10, minute=0)) is None
    assert make.blocked_by(where, now=make.NOW.replace(hour=20, minute=0)) is None


def test_quiet_hours_silence_appeals_not_gates() -> None:
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT))
    where = make.compiled(make.campaign(), gate, site=make.site(quiet_hours=(Hours(0, 1440),)))

    assert make.shown(make.decided(where)) == ["gate"]
