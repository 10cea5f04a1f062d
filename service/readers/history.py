"""Counting what a reader read: each page once a week, per local day, per local week and per topic; never which page.

The week and day are those of the server's clock in the site's timezone. A clock that runs backwards counts into the
newest day already known, so nothing is lost and nothing lies in the future.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from service.readers.fingerprints import SALT_BYTES, fingerprint, followed_by, holds, page_print, request_print
from service.readers.passport_sections import Section, first_article, with_article_counted
from service.readers.reader import (
    COUNT_LIMIT,
    HISTORY_DAYS,
    HISTORY_WEEKS,
    MAX_PAGES_PER_WEEK,
    MAX_RECENT_IDS,
    MAX_TOPIC_WEEKS,
    MAX_TOPICS,
    Counts,
    History,
    Reader,
    TopicHistory,
)
from service.readers.site_time import SiteTime, week_of, weekday_of

TOPICS_PER_ARTICLE = 10


class Reading(NamedTuple):
    """One page view as history sees it. `is_article` says whether it counts as an article read.

    `topics` are fingerprints, each once; those some campaign asks about (`wanted`) are the last to be forgotten.
    """

    view_id: str
    page_id: str
    is_article: bool
    topics: tuple[int, ...] = ()
    wanted: frozenset[int] = frozenset()


@lru_cache(maxsize=4096)
def topic_fingerprint(topic: str) -> int:
    """Topics are compared without regard to case."""
    return fingerprint(topic.casefold().strip())


def record_view(reader: Reader, reading: Reading, now: SiteTime) -> Reader:
    """The reader after this page view; the same reader when the view was recorded before."""
    salt = reader.salt.to_bytes(SALT_BYTES, "big")
    view = request_print("view:" + reading.view_id, salt)
    if holds(reader.recent, view):
        return reader
    return Reader(
        reader.bucket,
        reader.salt,
        reader.first_seen_at,
        _counted(aged(reader.history, now.day), reading, salt),
        reader.prompts,
        reader.pools,
        reader.giving,
        followed_by(reader.recent, view, MAX_RECENT_IDS),
        reader.link,
    )


def aged(history: History, day: int) -> History:
    """The same history seen from `day`: counts move into the past, what leaves the windows is forgotten."""
    gone_days = day - history.day
    if gone_days <= 0:
        return history
    days = _later(history.days, gone_days, HISTORY_DAYS)
    if gone_days <= weekday_of(day):
        return History(day, days, history.weeks, history.topics, history.pages, history.view_count)
    week = week_of(day)
    weeks = _later(history.weeks, week - week_of(history.day), HISTORY_WEEKS)
    topics = _since(history.topics, week - HISTORY_WEEKS + 1) if history.topics else ()
    return History(day, days, weeks, topics, b"", history.view_count)


def _later(counts: Counts, gone: int, kept: int) -> Counts:
    if not counts:
        return counts
    if isinstance(counts, bytes):
        return (bytes(min(gone, kept)) + counts)[:kept]
    return (*(0,) * min(gone, kept), *counts)[:kept]


def _since(topics: Iterable[TopicHistory], week: int) -> tuple[TopicHistory, ...]:
    kept = ((one, sum(at >= week for at in one.weeks)) for one in topics)
    return tuple(TopicHistory(one.topic, one.weeks[:length], one.counts[:length]) for one, length in kept if length)


def _counted(history: History, reading: Reading, salt: bytes) -> History:
    """One more page view and, for an article not read before this week, one more article on each of its topics."""
    day, days, weeks, topics, pages, views = history
    page = page_print(reading.page_id, salt)
    if not reading.is_article or holds(pages, page):
        return History(day, days, weeks, topics, pages, views + 1)
    pages = followed_by(pages, page, MAX_PAGES_PER_WEEK)
    return History(day, _one_more(days), _one_more(weeks), _with_topics(history, reading), pages, views + 1)


def _one_more(counts: Counts) -> Counts:
    if not counts:
        return b"\x01"
    if isinstance(counts, bytes):
        return counts if counts[0] == COUNT_LIMIT else bytes((counts[0] + 1,)) + counts[1:]
    return (counts[0] + 1, *counts[1:])


def _with_topics(history: History, reading: Reading) -> Sequence[TopicHistory]:
    """Count the article on each of its topics, at most so many of them, those that a campaign asks about first."""
    read, wanted, week = reading.topics, reading.wanted, week_of(history.day)
    if not read:
        return history.topics
    if len(read) > TOPICS_PER_ARTICLE:
        read = tuple(sorted(read, key=lambda topic: topic not in wanted)[:TOPICS_PER_ARTICLE])
    if not history.topics:
        return first_article(read, week)
    counted = with_article_counted(history.topics, read) if isinstance(history.topics, Section) else None
    return counted or bounded_topics(_with_article(history.topics, read, week), wanted)


def _with_article(topics: Iterable[TopicHistory], read: Iterable[int], week: int) -> Collection[TopicHistory]:
    """Count one more article this week on each topic that was read."""
    found = {known.topic: known for known in topics}
    for topic in read:
        known = found.get(topic)
        if known is None:
            found[topic] = TopicHistory(topic, (week,), (1,))
        elif known.weeks[0] == week:
            found[topic] = TopicHistory(topic, known.weeks, (known.counts[0] + 1, *known.counts[1:]))
        else:
            found[topic] = TopicHistory(topic, (week, *known.weeks), (1, *known.counts))
    return found.values()


def topic_histories(counts: Mapping[tuple[int, int], int]) -> tuple[TopicHistory, ...]:
    """From counts by topic and week."""
    weeks: dict[int, list[tuple[int, int]]] = {}
    for (topic, week), count in counts.items():
        weeks.setdefault(topic, []).append((week, count))
    newest_first = {topic: sorted(pairs, reverse=True) for topic, pairs in weeks.items()}
    return tuple(
        TopicHistory(topic, tuple(week for week, _ in pairs), tuple(count for _, count in pairs))
        for topic, pairs in newest_first.items()
    )


def bounded_topics(topics: Collection[TopicHistory], wanted: frozenset[int] = frozenset()) -> tuple[TopicHistory, ...]:
    """Within the bounds of the passport. Kept are the wanted topics, then the latest read, then the most read; then
    of all topics the latest weeks, those of wanted topics before the others."""
    if len(topics) > MAX_TOPICS:
        ranked = sorted(topics, key=lambda one: (one.topic in wanted, one.weeks[0], sum(one.counts)), reverse=True)
        topics = ranked[:MAX_TOPICS]
    kept = list(topics)
    excess = sum([len(one.weeks) for one in kept]) - MAX_TOPIC_WEEKS
    for _ in range(excess):
        place = min(range(len(kept)), key=lambda at: _worth(kept[at], wanted))
        one = kept[place]
        kept[place : place + 1] = [TopicHistory(one.topic, one.weeks[:-1], one.counts[:-1])] if one.weeks[1:] else []
    return tuple(kept)


def _worth(one: TopicHistory, wanted: frozenset[int]) -> tuple[bool, int, int]:
    """How much the oldest week of a topic is worth keeping."""
    return one.topic in wanted, one.weeks[-1], one.counts[-1]


def articles_in_days(history: History, now: SiteTime, days: int) -> int:
    """Articles read today and on the `days` - 1 local days before."""
    return sum((history if history.day >= now.day else aged(history, now.day)).days[:days])


def articles_in_weeks(history: History, now: SiteTime, weeks: int) -> int:
    """Articles read this local week and in the `weeks` weeks before it: `weeks` = 0 is this week alone."""
    return sum((history if history.day >= now.day else aged(history, now.day)).weeks[: weeks + 1])


def topic_articles_in_weeks(history: History, now: SiteTime, weeks: int, topics: Collection[int]) -> int:
    """As above, summed over the topics: an article on two of them counts twice."""
    oldest = week_of(max(now.day, history.day)) - weeks
    return sum(
        count
        for one in history.topics
        if one.topic in topics
        for week, count in zip(one.weeks, one.counts, strict=True)
        if week >= oldest
    )


def most_read_topics(history: History) -> frozenset[int]:
    """The topic read most over everything remembered, and those read as often."""
    most = max((sum(one.counts) for one in history.topics), default=0)
    return frozenset(one.topic for one in history.topics if sum(one.counts) == most)
