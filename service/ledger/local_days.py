"""Whole local days as a half-open range of instants. Days of 23 or 25 hours and skipped days come out right."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class LocalDays:
    """The days from `from_on` to `to_on`, both included; None leaves that side open.

    `starts_at` is the first instant of the first day, `ends_at` the first instant after the last day.
    """

    from_on: date | None
    to_on: date | None
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime | None:
        return None if self.from_on is None else first_instant(self.from_on, self.zone)

    @property
    def ends_at(self) -> datetime | None:
        return None if self.to_on is None else first_instant(self.to_on + timedelta(days=1), self.zone)


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, whose local date is `day`.

    Midnight may not exist (clocks skip it) or exist twice; the earliest instant with that local date is meant. For a
    day that the zone skipped, it is the first instant of the next day.
    """
    midnight = datetime.combine(day, time.min)
    readings = [midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    exact = [reading for reading in readings if reading.astimezone(zone).replace(tzinfo=None) == midnight]
    if exact:
        return min(exact)
    # Clocks skipped midnight: one reading is before the change of clocks and one is after it.
    return _first_with_date(day, zone, min(readings), max(readings))


def _first_with_date(day: date, zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first instant of `day` or later between two instants, found by bisection to the second."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).date() < day:
            before = middle
        else:
            after = middle
    return after
