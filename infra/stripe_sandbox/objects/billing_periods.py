"""Billing periods of subscriptions.

A monthly period ends on the anchor's day of the month, or on the last day of a month that is too short.
"""

import calendar
from datetime import UTC, datetime, timedelta

from infra.stripe_sandbox.store import Json

_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def next_date(anchor: int, start: int, recurring: Json) -> int:
    """Return the end of the period that starts at `start`. `anchor` sets the day of the month."""
    interval, count = recurring["interval"], recurring["interval_count"]
    first = datetime.fromtimestamp(start, UTC)
    if interval in _DAYS:
        return int((first + timedelta(days=_DAYS[interval] * count)).timestamp())
    day = datetime.fromtimestamp(anchor, UTC).day
    months = first.year * 12 + first.month - 1 + _MONTHS[interval] * count
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return int(first.replace(year=year, month=month + 1, day=min(day, last)).timestamp())
