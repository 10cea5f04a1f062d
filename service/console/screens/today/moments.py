"""Says instants as people do: `today 18:00`, `tomorrow 06:00`, `Friday 06:00`, `18 December 06:00`."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

NAMED_DAYS = 7  # from then on a weekday would mean two days


def moment_words(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return an instant on the clock of the zone, relative to today."""
    local = at.astimezone(zone)
    return f"{day_words(local.date(), now.astimezone(zone).date())} {local:%H:%M}"


def end_words(ends_before: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the last minute before an instant. A whole day ends with `the end of Sunday`."""
    last = (ends_before - timedelta(minutes=1)).astimezone(zone)
    if f"{last:%H:%M}" == "23:59":
        return f"the end of {day_words(last.date(), now.astimezone(zone).date())}"
    return moment_words(last, now, zone)


def age_words(age: timedelta) -> str:
    """Return a duration in whole seconds, minutes or hours: `40 seconds`, `12 minutes`, `3 hours`."""
    seconds = int(age.total_seconds())
    count, unit = (seconds, "second") if seconds < 120 else (seconds // 60, "minute")
    if seconds >= 7200:
        count, unit = seconds // 3600, "hour"
    return f"{count} {unit}{'' if count == 1 else 's'}"


def day_words(day: date, today: date) -> str:
    """Return a day relative to today."""
    ahead = (day - today).days
    if ahead in {-1, 0, 1}:
        return ("yesterday", "today", "tomorrow")[ahead + 1]
    if 1 < ahead < NAMED_DAYS:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
