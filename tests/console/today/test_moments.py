"""Instants are said as people say them, on the clock of the site."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.console.screens.today.moments import age_words, end_words, moment_words

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)  # a Wednesday
DUBLIN, AUCKLAND = ZoneInfo("Europe/Dublin"), ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 18, 18, tzinfo=UTC), "today 18:00"),
        (datetime(2026, 11, 19, 6, tzinfo=UTC), "tomorrow 06:00"),
        (datetime(2026, 11, 17, 9, 5, tzinfo=UTC), "yesterday 09:05"),
        (datetime(2026, 11, 20, 6, tzinfo=UTC), "Friday 06:00"),
        (datetime(2026, 11, 24, 6, tzinfo=UTC), "Tuesday 06:00"),
        (datetime(2026, 11, 25, 6, tzinfo=UTC), "25 November 06:00"),
        (datetime(2027, 1, 2, 6, tzinfo=UTC), "2 January 2027 06:00"),
        (datetime(2026, 11, 10, 6, tzinfo=UTC), "10 November 06:00"),
    ],
)
def test_an_instant_is_relative_to_today(at: datetime, words: str) -> None:
    assert moment_words(at, NOW, DUBLIN) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
    ],
)
def test_an_age_has_a_fitting_unit(seconds: int, words: str) -> None:
    assert age_words(timedelta(seconds=seconds)) == words


def test_the_day_is_that_of_the_zone() -> None:
    assert moment_words(datetime(2026, 11, 18, 11, tzinfo=UTC), NOW, AUCKLAND) == "tomorrow 00:00"


@pytest.mark.parametrize(
    ("ends_before", "words"),
    [
        (datetime(2026, 11, 22, 18, 1, tzinfo=UTC), "Sunday 18:00"),
        (datetime(2026, 11, 23, tzinfo=UTC), "the end of Sunday"),
        (datetime(2026, 11, 19, tzinfo=UTC), "the end of today"),
    ],
)
def test_an_end_names_the_last_minute(ends_before: datetime, words: str) -> None:
    assert end_words(ends_before, NOW, DUBLIN) == words
