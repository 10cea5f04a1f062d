"""What each campaign of a site brought in the last days, in a few words."""

from collections.abc import Mapping
from datetime import date

RESULT_DAYS = 7


def results_in_words(asks: Mapping[str, int], paid: Mapping[str, int]) -> dict[str, str]:
    """Return a phrase for every campaign that was asked or earned something: `412 asks · 3 contributions`."""
    return {key: _phrase(asks.get(key, 0), paid.get(key, 0)) for key in asks.keys() | paid.keys()}


def first_day(today_on: date) -> date:
    """Return the first of the days that the results cover."""
    return date.fromordinal(today_on.toordinal() - RESULT_DAYS + 1)


def _phrase(asks: int, contributions: int) -> str:
    return f"{asks:,} ask{'' if asks == 1 else 's'} · {contributions:,} contribution{'' if contributions == 1 else 's'}"
