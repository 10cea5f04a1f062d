"""The usual range of a figure: what it was on earlier days by the same hour.

It is the lowest and the highest of the same weekday in the last six weeks. With fewer than three such days it is that
of all days of the last two weeks, and with fewer than five of those there is none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 6
MIN_WEEKDAYS = 3
RECENT_DAYS = 14
MIN_RECENT_DAYS = 5
DAYS_BACK = 7 * WEEKS


@dataclass(frozen=True, slots=True)
class Usual:
    """The lowest and highest value of so many days. `is_weekday`: all of them are the weekday of today."""

    low: int
    high: int
    day_count: int
    is_weekday: bool


def usual_range(values: Mapping[date, int], counted_days: Collection[date], today: date) -> Usual | None:
    """Return the usual range for today, or None if there are too few days.

    `values` are those of earlier days by this hour; a day without a value counts as zero if it is in `counted_days`,
    the days on which anything was counted at all. Today itself is left out.
    """
    weekdays = [today - timedelta(days=7 * week) for week in range(1, WEEKS + 1)]
    recent = [today - timedelta(days=ago) for ago in range(1, RECENT_DAYS + 1)]
    for days, least, is_weekday in ((weekdays, MIN_WEEKDAYS, True), (recent, MIN_RECENT_DAYS, False)):
        found = [values.get(day, 0) for day in days if day in counted_days]
        if len(found) >= least:
            return Usual(min(found), max(found), len(found), is_weekday)
    return None
