"""When a campaign may run: wall times, hours of the day and weekdays, all written in the site's own timezone.

Stated once: `starts` and `ends` are both included, an end to its whole minute; a day without a time is the whole
local day;
daily hours of a schedule include their end minute; quiet hours do not (silence lifts exactly at its end).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

MINUTES_PER_DAY = 1440


class Weekday(StrEnum):
    """Members stand in calendar order, so `tuple(Weekday)[day.weekday()]` is the day's name."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class WallTime:
    """A day, or a day and a minute, on the site's wall clock. `at` None: the whole day."""

    day: date
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the local day in minutes after midnight: starts 0..1439, ends 1..1440. Ends before starts: it
    crosses midnight."""

    starts_minute: int
    ends_minute: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """All parts must hold. None: no such limit. `weekdays` and `hours` are each read on the local clock of the moment
    itself,
    so Friday 22:00 to 02:00 on `weekdays={FRI}` means Friday's first two hours and its last two."""

    starts: WallTime | None = None
    ends: WallTime | None = None
    weekdays: frozenset[Weekday] | None = None
    hours: tuple[Hours, ...] | None = None


ALWAYS = Schedule()


def starts_at(moment: WallTime, zone: tzinfo) -> datetime:
    """The first instant (UTC) of a moment. A wall time the clocks skip starts when they have moved on; one they
    repeat, the first time."""
    return datetime.combine(moment.day, moment.at or time(), zone).astimezone(UTC)


def ends_before(moment: WallTime, zone: tzinfo) -> datetime:
    """The first instant (UTC) after a moment: the end of its minute, or of its day. A repeated wall time ends the
    second time."""
    if moment.at is None:
        return starts_at(WallTime(moment.day + timedelta(days=1)), zone)
    local = datetime.combine(moment.day, moment.at, zone).replace(second=0, microsecond=0)
    return max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)) + timedelta(minutes=1)


def is_within_hours(hours: Hours, minute_of_day: int) -> bool:
    """Schedule hours: both ends included, the end to its whole minute."""
    if hours.starts_minute <= hours.ends_minute:
        return hours.starts_minute <= minute_of_day <= hours.ends_minute
    return minute_of_day >= hours.starts_minute or minute_of_day <= hours.ends_minute


def is_quiet(hours: Hours, minute_of_day: int) -> bool:
    """Quiet hours: from the start until just before the end, across midnight where the end comes first."""
    if hours.starts_minute <= hours.ends_minute:
        return hours.starts_minute <= minute_of_day < hours.ends_minute
    return minute_of_day >= hours.starts_minute or minute_of_day < hours.ends_minute
