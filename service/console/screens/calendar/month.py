"""A calendar month, given in an address as 2026-11."""

import re
from dataclasses import dataclass
from datetime import date

from service.readers.site_time import month_length, months_after

FIRST_YEAR, LAST_YEAR = 1971, 2199  # as for the schedules of campaigns
_WRITTEN = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def days(self) -> range:
        """The ordinals of the days of the month."""
        first = self.first.toordinal()
        return range(first, first + month_length(self.year, self.month))

    @property
    def name(self) -> str:
        """The month in words: `November 2026`."""
        return f"{self.first:%B} {self.year}"

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    def later(self, months: int) -> "Month":
        """Return the month this many months later, or earlier if the number is negative."""
        return month_of(date.fromordinal(months_after(self.first.toordinal(), months)))


def month_of(day: date) -> Month:
    """Return the month of a day."""
    return Month(day.year, day.month)


def read_month(text: str) -> Month | None:
    """Return the month that a text such as 2026-11 means, or None if it means none or one too far away."""
    found = _WRITTEN.match(text.strip())
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    return Month(year, month) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None
