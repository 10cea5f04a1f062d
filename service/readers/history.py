"""Count the articles a reader reads, per local day, per local week and per topic. A page counts once a week.

Days and weeks are those of the server's clock in the site's timezone. If the clock runs backwards, articles count into
the newest known day, so that no count is lost or lies in the future. Which pages were read is not stored.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

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
from service.readers.passports.topic_weeks import TopicWeeks
from service.readers.reader import (
    COUNT_LIMIT,
    HISTORY_DAYS,
    HISTORY_WEEKS,
    MAX_PAGES_PER_WEEK,
    MAX_RECENT_IDS,
    CountingChoice,
    Counts,
    History,
    Reader,
    TopicHistory,
)
from service.readers.site_time import SiteTime, week_of, weekday_of

TOPICS_PER_ARTICLE = 10


class Reading(NamedTuple):
    """A page view to count. `is_article`: it counts as an article read.

    `topics`: fingerprints without repetition. `wanted`: topics that a campaign asks about; they are forgotten last.
    """

    view_id: str
    page_id: str
    is_article: bool
    topics: tuple[bytes, ...] = ()
    wanted: frozenset[bytes] = frozenset()


class ViewAddition(NamedTuple):
    """What a page view adds to a reader. `request`: the salted fingerprint of its id. `day`: the day it counts on.

    `page`: the salted fingerprint of the page if it counts as an article; empty if it does not. `spent`: the free
    article that the view took from a meter, if any.
    """

    request: bytes
    day: int
    page: bytes = b""
    topics: tuple[bytes, ...] = ()
    spent: SpentRead | None = None


@lru_cache(maxsize=4096)
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
    bucket, salt, first_seen_at, history, prompts, pools, support, recent, link, counting = reader
    if holds(recent, view.request):
        return reader
    day, days, weeks, topics, pages, views = aged(history, view.day)
    week = week_of(day)
    weeks_ago = week - week_of(view.day)
    if view.page and not counting.is_stopped and (weeks_ago or not holds(pages, view.page)):
        if weeks_ago == 0:
            pages = followed_by(pages, view.page, MAX_PAGES_PER_WEEK)
        if view.topics and weeks_ago < HISTORY_WEEKS:
            known = TopicWeeks.of(topics, week) if topics else TopicWeeks(week)
            topics = known.with_article(view.topics, wanted, weeks_ago)
        days, weeks = _incremented(days, day - view.day, HISTORY_DAYS), _incremented(weeks, weeks_ago, HISTORY_WEEKS)
    history = History(day, days, weeks, topics, pages, views + 1)
    recent = followed_by(recent, view.request, MAX_RECENT_IDS)
    return Reader(bucket, salt, first_seen_at, history, prompts, pools, support, recent, link, counting)


def choosing(reader: Reader, instant: int, *, counts_articles: bool) -> Reader:
    """Return the reader after choosing whether articles count. When counting stops, what was counted is erased."""
    reader = reader._replace(counting=CountingChoice(not counts_articles, instant - instant % 2))
    return reader if counts_articles else reader._replace(history=without_articles(reader.history))


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
        return History(day, days, history.weeks, history.topics, history.pages, history.view_count)
    week = week_of(day)
    weeks = _shifted(history.weeks, week - week_of(history.day), HISTORY_WEEKS)
    topics = TopicWeeks.of(history.topics, week_of(history.day)).in_week(week) if history.topics else ()
    return History(day, days, weeks, topics, b"", history.view_count)


def _shifted(counts: Counts, gone: int, kept: int) -> Counts:
    if not counts:
        return counts
    if isinstance(counts, bytes):
        return (bytes(min(gone, kept)) + counts)[:kept]
    return (*(0,) * min(gone, kept), *counts)[:kept]


def _incremented(counts: Counts, at: int, kept: int) -> Counts:
    if type(counts) is not bytes:
        return (*counts[:at], counts[at] + 1, *counts[at + 1 :])
    if at >= kept:
        return counts
    changed = bytearray(counts.ljust(at + 1, b"\0"))
    changed[at] = min(changed[at] + 1, COUNT_LIMIT)
    return bytes(changed)


def topic_histories(counts: Mapping[tuple[bytes, int], int]) -> tuple[TopicHistory, ...]:
    """Return topic histories from counts by topic and week."""
    weeks: dict[bytes, list[tuple[int, int]]] = {}
    for (topic, week), count in counts.items():
        weeks.setdefault(topic, []).append((week, count))
    newest_first = {topic: sorted(pairs, reverse=True) for topic, pairs in weeks.items()}
    return tuple(
        TopicHistory(topic, tuple(week for week, _ in pairs), tuple(count for _, count in pairs))
        for topic, pairs in newest_first.items()
    )


def articles_in_days(history: History, now: SiteTime, days: int) -> int:
    """Count the articles read today and on the `days` - 1 local days before."""
    return sum((history if history.day >= now.day else aged(history, now.day)).days[:days])


def articles_in_weeks(history: History, now: SiteTime, weeks: int) -> int:
    """Count the articles read this local week and in the `weeks` weeks before; `weeks` 0 means this week alone."""
    return sum((history if history.day >= now.day else aged(history, now.day)).weeks[: weeks + 1])


def topic_articles_in_weeks(history: History, now: SiteTime, weeks: int, topics: Collection[bytes]) -> int:
    """Count the articles read on these topics. An article on two of the topics counts twice."""
    oldest = week_of(max(now.day, history.day)) - weeks
    return TopicWeeks.of(history.topics, week_of(history.day)).articles_since(oldest, topics)


def most_read_topics(history: History) -> Sequence[bytes]:
    """Return the topic read most over the whole history, and others that were read as often."""
    return TopicWeeks.of(history.topics, week_of(history.day)).most_read()
