"""Small phrases that sentences are made of: lists with AND and OR, numbers of things, countries, days and times."""

from collections.abc import Iterable
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date

from service.campaigns.schedule import WallTime

ENGLISH = Locale("en")
_WITH_ARTICLE = frozenset(
    {"BS", "CF", "CZ", "DO", "FK", "FO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "AE", "US"}
)


def any_of(words: Iterable[str]) -> str:
    """Return alternatives joined by OR."""
    return " OR ".join(words)


def all_of(words: Iterable[str]) -> str:
    """Return conditions joined by AND."""
    return " AND ".join(words)


def number_of(count: float, noun: str) -> str:
    """Return a number with its noun: `1 article`, `3 articles`."""
    return f"{count:,g} {noun}" if count == 1 else f"{count:,g} {noun}s"


def percent(share: float) -> str:
    """Return a share as a percentage: `30 %`, `2.5 %`."""
    return f"{round(share * 100, 2):g} %"


def country_name(code: str) -> str:
    """Return the English name of a country code, or `the group islands` for a group of the site."""
    if len(code) != 2:
        return "the European Union" if code == "eu" else f"the group {code}"
    name = ENGLISH.territories.get(code, code)
    return f"the {name}" if code in _WITH_ARTICLE else str(name)


def language_name(tag: str) -> str:
    """Return the English name of a language tag: `Irish`, `English (Ireland)`."""
    language, _, region = tag.partition("-")
    name = ENGLISH.languages.get(language, tag)
    return f"{name} ({ENGLISH.territories.get(region.upper(), region)})" if region else str(name)


def day_in_words(day: date) -> str:
    """Return a day as people write it: `Friday 4 December 2026`."""
    return str(format_date(day, "EEEE d MMMM y", ENGLISH))


def moment_in_words(moment: WallTime) -> str:
    """Return a wall time: `Friday 4 December 2026 18:00`, or the day alone."""
    return day_in_words(moment.day) + (f" {moment.at:%H:%M}" if moment.at else "")


def time_in_words(at: datetime) -> str:
    """Return a local instant: `Friday 4 December 2026 18:00`. The caller converts it to the zone of the site."""
    return f"{day_in_words(at.date())} {at:%H:%M}"


def minute_in_words(minute: int) -> str:
    """Return a minute of the day as a time: `06:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"
