"""Days of a month as people write them: `6 to 19 November`."""

from collections.abc import Iterable
from datetime import date


def days_in_words(days: Iterable[int]) -> str:
    """Return days, given as ordinals of one month, in words: `1 November`, `3 to 5 and 9 November`."""
    spans = spans_of(days)
    if not spans:
        return "no day"
    parts = [_span(first, last) for first, last in spans]
    month = f"{date.fromordinal(spans[0][0]):%B}"
    *before, last = parts
    return f"{', '.join(before)} and {last} {month}" if before else f"{last} {month}"


def spans_of(days: Iterable[int]) -> list[tuple[int, int]]:
    """Return runs of days that follow each other, as pairs of the first and the last day."""
    spans: list[tuple[int, int]] = []
    for day in sorted(days):
        if spans and spans[-1][1] == day - 1:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _span(first: int, last: int) -> str:
    begins, ends = date.fromordinal(first).day, date.fromordinal(last).day
    return str(begins) if begins == ends else f"{begins} to {ends}"
