"""The next billing date: calendar months are clamped to the month's end and come back to the anchor's day."""

import calendar
from datetime import UTC, datetime, timedelta

from infra.stripe_sandbox.shapes import Json

_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def next_date(anchor: int, start: int, recurring: Json) -> int:
    """The end of the period that starts at `start`, on the rhythm that `anchor` set."""
    interval, count = recurring["interval"], recurring["interval_count"]
    begins = datetime.fromtimestamp(start, UTC)
    if interval in _DAYS:
        return int((begins + timedelta(days=_DAYS[interval] * count)).timestamp())
    day = datetime.fromtimestamp(anchor, UTC).day
    months = begins.year * 12 + begins.month - 1 + _MONTHS[interval] * count
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return int(begins.replace(year=year, month=month + 1, day=min(day, last)).timestamp())
