"""Count the articles a reader reads, per local day, per local week and per topic. A page counts once a week.

Days and weeks are those of the server's clock in the site's timezone. If the clock runs backwards, articles count into
the newest known day, so that no count is lost or lies in the future. Which pages were read is not stored.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from service.readers.fingerprints import (
    SALT_BYTES,
    TOPIC_BYTES,
    fingerprint,
    followed_by,
    holds,
    page_print,
    request_print,
)
from service.readers.meter_pools import SpentRead
from service.readers.packed_records import COUNT_LIMIT
from service.readers.reader import (
    HISTORY_DAYS,
    HISTORY_WEEKS,
    MAX_PAGES_PER_WEEK,
    MAX_RECENT_IDS,
    CountingChoice,
    Counts,
    History,
    Reader,
)
from service.readers.site_time import SiteTime, week_of, weekday_of
from service.readers.topics import articles_on, most_read, with_article, without_old_weeks

TOPICS_PER_ARTICLE = 10


class Reading(Struct, frozen=True, gc=False):
    """A page view to count. `is_article`: it counts as an article read.

    `topics`: fingerprints without repetition. `wanted`: topics that a campaign asks about; they are forgotten last.
    """

    view_id: str
    page_id: str
    is_article: bool
    topics: tuple[bytes, ...] = ()
    wanted: frozenset[bytes] = frozenset()


class ViewAddition(Struct, frozen=True, array_like=True, gc=False, tag=0):
    """What a page view adds to a reader. `request`: the salted fingerprint of its id. `day`: the day it counts on.

    `page`: the salted fingerprint of the page if it counts as an article; empty if it does not. `spent`: the free
    article that the view took from a meter, if any.
    """

    request: bytes
    day: int
    page: bytes = b""
    topics: tuple[bytes, ...] = ()
    spent: SpentRead | None = None


def topic_fingerprint(topic: str) -> bytes:
    """Return the fingerprint of a topic. Upper and lower case are the same."""
    return fingerprint(topic.casefold().strip()).to_bytes(TOPIC_BYTES, "big")


def record_view(reader: Reader, reading: Reading, now: SiteTime) -> Reader:
    """Return the reader after this page view, unchanged if the view was recorded before.

    If the reader has stopped the counting of articles, only the page view counts.
    """
    return with_view(reader, counted_view(reader, reading, now), reading.wanted)


def counted_view(reader: Reader, reading: Reading, now: SiteTime) -> ViewAddition:
    """Return what a page view adds to this reader. Of too many topics, those that a campaign asks about come first."""
    salt = reader.salt.to_bytes(SALT_BYTES, "big")
    request, day = request_print("view:" + reading.view_id, salt), max(now.day, reader.history.day)
    if not reading.is_article or reader.counting.is_stopped:
        return ViewAddition(request, day)
    topics, wanted = reading.topics, reading.wanted
    if len(topics) > TOPICS_PER_ARTICLE:
        topics = tuple(sorted(topics, key=lambda topic: topic not in wanted)[:TOPICS_PER_ARTICLE])
    return ViewAddition(request, day, page_print(reading.page_id, salt), topics)


def with_view(reader: Reader, view: ViewAddition, wanted: frozenset[bytes] = frozenset()) -> Reader:
    """Return the reader after a page view, unchanged if the view was recorded before.

    An article counts on the day on which it was read, unless its page was read before in this week.
    """
    if holds(reader.recent, view.request):
        return reader
    history = aged(reader.history, view.day)
    days, weeks, topics, pages = history.days, history.weeks, history.topics, history.pages
    week, view_week = week_of(history.day), week_of(view.day)
    is_late = view_week < week
    if view.page and not reader.counting.is_stopped and (is_late or not holds(pages, view.page)):
        days = _incremented(days, history.day - view.day, HISTORY_DAYS)
        weeks = _incremented(weeks, week - view_week, HISTORY_WEEKS)
        if not is_late:
            pages = followed_by(pages, view.page, MAX_PAGES_PER_WEEK)
        if view.topics and week - view_week < HISTORY_WEEKS:
            topics = with_article(topics, view.topics, view_week, week, wanted)
    history = History(history.day, days, weeks, topics, pages, history.view_count + 1)
    return replace(reader, history=history, recent=followed_by(reader.recent, view.request, MAX_RECENT_IDS))


def choosing(reader: Reader, instant: int, *, counts_articles: bool) -> Reader:
    """Return the reader after choosing whether articles count. When counting stops, what was counted is erased."""
    reader = replace(reader, counting=CountingChoice(not counts_articles, instant - instant % 2))
    return reader if counts_articles else replace(reader, history=without_articles(reader.history))


def without_articles(history: History) -> History:
    """Return a history that has only the number of page views."""
    return History(history.day, view_count=history.view_count)


def aged(history: History, day: int) -> History:
    """Return the history as of `day`. Counts move into the past; those older than the windows are dropped."""
    gone_days = day - history.day
    if gone_days <= 0:
        return history
    days = _shifted(history.days, gone_days, HISTORY_DAYS)
    if gone_days <= weekday_of(day):
        return replace(history, day=day, days=days)
    gone_weeks = week_of(day) - week_of(history.day)
    weeks = _shifted(history.weeks, gone_weeks, HISTORY_WEEKS)
    topics = without_old_weeks(history.topics, week_of(day)) if gone_weeks < HISTORY_WEEKS else b""
    return History(day, days, weeks, topics, b"", history.view_count)


def _shifted(counts: Counts, gone: int, kept: int) -> Counts:
    if not counts:
        return counts
    if isinstance(counts, bytes):
        return (bytes(min(gone, kept)) + counts)[:kept]
    return (*(0,) * min(gone, kept), *counts)[:kept]


def _incremented(counts: Counts, at: int, kept: int) -> Counts:
    if at >= kept:
        return counts
    if type(counts) is not bytes:
        return (*counts[:at], counts[at] + 1, *counts[at + 1 :])
    changed = bytearray(counts.ljust(at + 1, b"\0"))
    if changed[at] < COUNT_LIMIT:
        changed[at] += 1
    return bytes(changed)


def articles_in_days(history: History, now: SiteTime, days: int) -> int:
    """Count the articles read today and on the `days` - 1 local days before."""
    return sum((history if history.day >= now.day else aged(history, now.day)).days[:days])


def articles_in_weeks(history: History, now: SiteTime, weeks: int) -> int:
    """Count the articles read this local week and in the `weeks` weeks before; `weeks` 0 means this week alone."""
    return sum((history if history.day >= now.day else aged(history, now.day)).weeks[: weeks + 1])


def topic_articles_in_weeks(history: History, now: SiteTime, weeks: int, topics: Collection[bytes]) -> int:
    """Count the articles read on these topics. An article on two of the topics counts twice."""
    history = history if history.day >= now.day else aged(history, now.day)
    return articles_on(history.topics, topics, week_of(history.day), weeks)


def most_read_topics(history: History) -> Sequence[bytes]:
    """Return the topic read most over the whole history, and others that were read as often."""
    return most_read(history.topics)
