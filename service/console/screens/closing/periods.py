"""Which period a screen is about, and its name in words."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MAX_MONTHS = 6


@dataclass(frozen=True, slots=True)
class BooksPeriod:
    """Days that are closed together. `first_day` is None if the books have no entry yet."""

    first_day: date | None
    last_day: date

    @property
    def name(self) -> str:
        """The period in words: `October 2026` for a month, otherwise its days."""
        last = self.last_day
        first = self.first_day if self.first_day and self.first_day <= last else last.replace(day=1)
        if last == end_of_month(last) and (first.year, first.month) == (last.year, last.month):
            return f"{last:%B %Y}"
        return f"{first:%d %B %Y} to {last:%d %B %Y}"


def usual_last_day(closed_through: date | None, today: date) -> date:
    """Return the last day that a person usually closes next: the end of a month that is over.

    That is the month after the last closed day, or without one the month before this.
    """
    if closed_through is None:
        return today.replace(day=1) - timedelta(days=1)
    next_day = closed_through + timedelta(days=1)
    return end_of_month(next_day)


def months_to_close(closed_through: date | None, usual: date, today: date) -> list[tuple[str, date]]:
    """Return the names and last days of the months that are not closed, the oldest first, at most the last six."""
    months: list[tuple[str, date]] = []
    last_day = end_of_month(usual)
    while last_day <= end_of_month(today):
        if closed_through is None or last_day > closed_through:
            months.append((f"{last_day:%B %Y}", last_day))
        last_day = end_of_month(last_day + timedelta(days=1))
    return months[-MAX_MONTHS:]


def end_of_month(day: date) -> date:
    """Return the last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def day_of(text: str, usual: date) -> date:
    """Return the day in a text such as `2026-10-31`, or the usual one if it is none."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return usual
    return day if date(2000, 1, 1) <= day <= date(2199, 12, 31) else usual
