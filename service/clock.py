"""Reads the clock and the names of timezones. Every other file is told what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


@cache
def known_timezones() -> frozenset[str]:
    """Return the names of all timezones, read once: reading them takes longer than reading a site's document."""
    return frozenset(available_timezones())
