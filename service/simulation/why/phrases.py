"""Places, times and lists of names as people write them in an English sentence."""

from collections.abc import Iterable
from datetime import date

from service.campaigns.campaign import Placement
from service.campaigns.schedule import Hours
from service.campaigns.words.phrases import minute_in_words
from service.readers.site_time import SiteTime, site_time_of

PLACES = {
    Placement.ARTICLE_TOP: "at the head of the article",
    Placement.ARTICLE_END: "at the end of the article",
    Placement.PAGE_BOTTOM: "at the foot of the page",
    Placement.OVER_ARTICLE: "over the article",
}
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def moment(instant: int, now: SiteTime) -> str:
    """Return an instant on the site's clock: `yesterday at 18:20`, `14 December at 18:20`, with the year if needed."""
    at = site_time_of(instant, now.zone)
    near = _NEAR_DAYS.get(at.day - now.day)
    return f"{near or day_of(at.day, now)} at {minute_in_words(at.minute)}"


def day_of(day: int, now: SiteTime) -> str:
    """Return a local date, given as its ordinal: `14 December`, or `14 December 2027` if it is in another year."""
    on, today = date.fromordinal(day), date.fromordinal(now.day)
    return f"{on.day} {on:%B}" + ("" if on.year == today.year else f" {on.year}")


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
    words = (f"{minute_in_words(span.starts_minute)} to {minute_in_words(span.ends_minute)}" for span in spans)
    return listed(words, "and")
