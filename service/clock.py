"""Reads the system clock and the names of timezones. All other modules get the time as an argument or from a Clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


@cache
def known_timezones() -> frozenset[str]:
    """Return the names of all timezones, read once: reading them takes longer than reading a site's document."""
    return frozenset(available_timezones())
