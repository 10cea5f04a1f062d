"""When a campaign may run: wall times, hours of the day and weekdays, all in the site's timezone.

`starts` and `ends` are both included; an end includes its whole minute. A day without a time is the whole local day.
The hours of a schedule include their end minute. Quiet hours do not: the silence is over exactly at their end.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

MINUTES_PER_DAY = 1440


class Weekday(StrEnum):
    """A day of the week. Members are in calendar order, so `tuple(Weekday)[day.weekday()]` is the day's name."""

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
    """A day, or a day and a minute, on the site's clock. `at` None means the whole day."""

    day: date
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the local day, in minutes after midnight: starts 0 to 1439, ends 1 to 1440.

    If the end is before the start, the hours cross midnight.
    """

    starts_minute: int
    ends_minute: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a campaign may run. Every limit that is set must hold; None sets no limit.

    `weekdays` and `hours` are two separate limits on the local time. So 22:00 to 02:00 on `weekdays={FRI}` means the
    first two hours of Friday and its last two.
    """

    starts: WallTime | None = None
    ends: WallTime | None = None
    weekdays: frozenset[Weekday] | None = None
    hours: tuple[Hours, ...] | None = None


ALWAYS = Schedule()


def starts_at(moment: WallTime, zone: tzinfo) -> datetime:
    """Return the first instant (UTC) of a wall time.

    A wall time that the clocks skip is moved forward by the skipped time. One that the clocks repeat starts the first
    time.
    """
    return datetime.combine(moment.day, moment.at or time(), zone).astimezone(UTC)


def ends_before(moment: WallTime, zone: tzinfo) -> datetime:
    """Return the first instant (UTC) after a wall time: the end of its minute, or of its day.

    A wall time that the clocks repeat ends the second time.
    """
    if moment.at is None:
        return starts_at(WallTime(moment.day + timedelta(days=1)), zone)
    local = datetime.combine(moment.day, moment.at, zone).replace(second=0, microsecond=0)
    return max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)) + timedelta(minutes=1)


def is_within_hours(hours: Hours, minute_of_day: int) -> bool:
    """Return whether a minute is in the hours of a schedule. Start and end minute are included."""
    if hours.starts_minute <= hours.ends_minute:
        return hours.starts_minute <= minute_of_day <= hours.ends_minute
    return minute_of_day >= hours.starts_minute or minute_of_day <= hours.ends_minute


def is_quiet(hours: Hours, minute_of_day: int) -> bool:
    """Return whether a minute is in quiet hours. The start minute is included, the end minute is not."""
    if hours.starts_minute <= hours.ends_minute:
        return hours.starts_minute <= minute_of_day < hours.ends_minute
    return minute_of_day >= hours.starts_minute or minute_of_day < hours.ends_minute
