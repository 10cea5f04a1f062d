"""Which timezones there are, by name."""

from functools import cache
from zoneinfo import available_timezones


@cache
def known_timezones() -> frozenset[str]:
    """Read from the machine's folders once: that takes longer than all else of reading a site's document."""
    return frozenset(available_timezones())
