"""When a campaign's schedule is open: now, from when, and until when, on the site's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.campaigns.schedule import WEEKDAYS, Schedule, WallTime, ends_before, is_within_hours, starts_at

DAYS_AHEAD = 8  # weekdays and hours repeat within a week


def is_open(schedule: Schedule, zone: ZoneInfo, at: datetime) -> bool:
    """Return whether a campaign with this schedule may run at an instant."""
    local = at.astimezone(zone)
    return (
        (schedule.starts is None or at >= starts_at(schedule.starts, zone))
        and (schedule.ends is None or at < ends_before(schedule.ends, zone))
        and (schedule.weekdays is None or WEEKDAYS[local.weekday()] in schedule.weekdays)
        and (schedule.hours is None or any(is_within_hours(span, _minute(local)) for span in schedule.hours))
    )


def opens_at(schedule: Schedule, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the next instant after `now` at which a closed schedule opens, or None if it never does."""
    first = max(now, starts_at(schedule.starts, zone)) if schedule.starts is not None else now
    turns = sorted({first, *_turns(schedule, zone, first)})
    return next((turn for turn in turns if turn > now and is_open(schedule, zone, turn)), None)


def closes_at(schedule: Schedule, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the first instant at which an open schedule is closed, or None if it stays open for over a week."""
    turns = set(_turns(schedule, zone, now))
    if schedule.ends is not None:
        turns.add(ends_before(schedule.ends, zone))
    return next((turn for turn in sorted(turns) if turn > now and not is_open(schedule, zone, turn)), None)


def _turns(schedule: Schedule, zone: ZoneInfo, first: datetime) -> Iterator[datetime]:
    """Yield the instants of the coming days at which weekdays or hours can change."""
    if schedule.weekdays is None and schedule.hours is None:
        return
    minutes = {0} | {minute for span in schedule.hours or () for minute in (span.starts_minute, span.ends_minute + 1)}
    day = first.astimezone(zone).date()
    for ahead in range(DAYS_AHEAD + 1):
        for minute in minutes:
            midnight = datetime.combine(day + timedelta(days=ahead), time())
            wall = midnight + timedelta(minutes=minute)
            yield starts_at(WallTime(wall.date(), wall.time()), zone).astimezone(UTC)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
