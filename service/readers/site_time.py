"""Turn instants into the site's local days, weeks and wall-clock times, and back. Weeks start on Monday."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
SKEW_SECONDS = 300  # the clocks of machines may differ by this much
AHEAD_SECONDS = 30 * DAY_SECONDS  # a clock that was set back may have sealed instants up to this far ahead


class SiteTime(Struct, frozen=True, gc=False):
    """A moment at a site: seconds since 1970 in UTC, ordinal of the local date, and minute of the local day."""

    instant: int
    day: int
    minute: int
    zone: ZoneInfo

    @property
    def week(self) -> int:
        """The number of the local week: whole weeks since Monday, 1 January of the year 1."""
        return week_of(self.day)

    @property
    def weekday(self) -> int:
        """The local weekday; 0 is Monday."""
        return weekday_of(self.day)

    @property
    def believed_until(self) -> int:
        """The latest instant of an event that is believed: see `believes`."""
        return self.instant + AHEAD_SECONDS

    def believes(self, instant: int) -> bool:
        """Return True if an event that this service recorded at `instant` happened.

        An instant ahead of the clock counts as now, because the clock may have been set back since: nothing that a
        reader closed comes back by that. More than 30 days ahead, the clock was wrong when the event was recorded.
        """
        return instant <= self.instant + AHEAD_SECONDS

    def past_instant(self, instant: int) -> int:
        """Return the instant of an event, or 0, which means never, if it is not believed."""
        return instant if self.believes(instant) else 0

    def age_of(self, instant: int) -> int:
        """Return the seconds since an event that is believed."""
        return max(0, self.instant - instant)


def site_time_at(now: datetime, zone: ZoneInfo) -> SiteTime:
    """Return the site time of an aware datetime. Fractions of a second are dropped."""
    return site_time_of(int(now.timestamp()), zone)


def in_utc(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a time that an editor wrote, in UTC. Without an offset it is on the site's clock.

    If the clocks repeat the time, the first is meant. If they skip it, the time is an hour later.
    """
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


@lru_cache(maxsize=64)  # many page views fall into the same second
def site_time_of(instant: int, zone: ZoneInfo) -> SiteTime:
    local = datetime.fromtimestamp(instant, zone)
    return SiteTime(instant, local.toordinal(), local.hour * 60 + local.minute, zone)


def as_datetime(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def week_of(day: int) -> int:
    return (day - 1) // 7


def weekday_of(day: int) -> int:
    return (day - 1) % 7


def day_starting(instant: int, zone: ZoneInfo, turn_minute: int) -> int:
    """Return the ordinal of the local day of an instant, if days begin `turn_minute` minutes after midnight."""
    local = datetime.fromtimestamp(instant, zone).replace(tzinfo=None) - timedelta(minutes=turn_minute)
    day = local.toordinal()
    # If the clocks repeat the turn, the day turns the first time and does not turn back.
    return day + 1 if instant >= instant_of(day + 1, turn_minute, zone) else day


def instant_of(day: int, minute: int, zone: ZoneInfo, *, is_last: bool = False) -> int:
    """Return the instant of a local wall-clock time.

    If the clocks skip the time, it is the instant of the jump. If they repeat it, it is the first, or with `is_last`
    the last.
    """
    wall = datetime.fromordinal(day) + timedelta(minutes=minute)
    instant = int(wall.replace(tzinfo=zone, fold=int(is_last)).timestamp())
    found = datetime.fromtimestamp(instant, zone).replace(tzinfo=None)
    if found == wall:
        return instant
    low, high = sorted(int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    return _change_between(low, high, zone)


def clock_change(day: int, zone: ZoneInfo) -> int | None:
    """Return the instant at which the clocks change on a local day, or None if they do not change."""
    low, high = instant_of(day, 0, zone), instant_of(day + 1, 0, zone)
    return None if high - low == DAY_SECONDS else _change_between(low, high, zone)


def _change_between(low: int, high: int, zone: ZoneInfo) -> int:
    """Return the first instant of the new offset."""
    offset_before = datetime.fromtimestamp(low, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return high


def months_after(day: int, months: int) -> int:
    """Return the ordinal `months` later (or earlier), on that month's last day if it has no such day."""
    start = date.fromordinal(day)
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(start.day, month_length(year, month + 1))).toordinal()


def month_length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def next_month(day: int) -> int:
    """Return the ordinal of the first day of the next calendar month."""
    today = date.fromordinal(day)
    return date(today.year + today.month // 12, today.month % 12 + 1, 1).toordinal()
