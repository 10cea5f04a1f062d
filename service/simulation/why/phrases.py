"""Times, spans, numbers and lists of names as people write them in an English sentence."""

from collections.abc import Iterable
from datetime import date

from service.campaigns.campaign import Placement
from service.campaigns.schedule import Hours
from service.readers.site_time import DAY_SECONDS, HOUR_SECONDS, SiteTime, site_time_of

PLACES = {
    Placement.ARTICLE_TOP: "at the head of the article",
    Placement.ARTICLE_END: "at the end of the article",
    Placement.PAGE_BOTTOM: "at the foot of the page",
    Placement.OVER_ARTICLE: "over the article",
}
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_UNITS = ((DAY_SECONDS, "day"), (HOUR_SECONDS, "hour"), (60, "minute"), (1, "second"))


def moment(instant: int, now: SiteTime) -> str:
    """Return an instant on the site's clock: `yesterday at 18:20`, `14 December at 18:20`, with the year if needed."""
    at = site_time_of(instant, now.zone)
    clock = f"{at.minute // 60:02}:{at.minute % 60:02}"
    near = _NEAR_DAYS.get(at.day - now.day)
    return f"{near or day_of(at.day, now)} at {clock}"


def day_of(day: int, now: SiteTime) -> str:
    """Return a local date, given as its ordinal: `14 December`, or `14 December 2027` if it is in another year."""
    on, today = date.fromordinal(day), date.fromordinal(now.day)
    return f"{on.day} {on:%B}" + ("" if on.year == today.year else f" {on.year}")


def age(seconds: int) -> str:
    """Return a span of time in its largest whole unit: `2 days`, `90 minutes`."""
    size, name = next((size, name) for size, name in _UNITS if (seconds % size == 0 and seconds >= size) or size == 1)
    return counted(seconds // size, name)


def counted(number: int, name: str) -> str:
    """Return a number with its noun: `1 day`, `2 days`."""
    return f"{number:,} {name}" + ("" if number == 1 else "s")


def times(number: int) -> str:
    """Return how often: `never`, `once`, `3 times`."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def listed(names: Iterable[str], joint: str = "or") -> str:
    """Return names as a list in a sentence: `news, sport or culture`."""
    *first, last = tuple(names) or ("nothing",)
    return f"{', '.join(first)} {joint} {last}" if first else last


def quoted(names: Iterable[str]) -> str:
    """Return names in quotation marks as a list in a sentence."""
    return listed(f"“{name}”" for name in names)


def spoken(word: str) -> str:
    """Return a word of a document as people say it: `one_off` is `one-off`."""
    return word.replace("_", "-")


def hours(spans: Iterable[Hours]) -> str:
    """Return hours of the day: `09:00 to 17:00`."""
    return listed((f"{_clock(span.starts_minute)} to {_clock(span.ends_minute)}" for span in spans), "and")


def percent(share: float) -> str:
    """Return a share as a percentage without needless places: `2.5%`."""
    return f"{100 * share:.4g}%"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
