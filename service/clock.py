"""The only place that reads the clock. Everything else is told what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)
