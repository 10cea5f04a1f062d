"""Counting what a reader read: each page once a week, per local day, per local week and per topic; never which page.

The week and day are those of the server's clock in the site's timezone. A clock that runs backwards counts into the
newest day already known, so nothing is lost and nothing lies in the future.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from service.decisions.reader import (
    HISTORY_DAYS,
    HISTORY_WEEKS,
    MAX_PAGES_PER_WEEK,
    MAX_RECENT_IDS,
    MAX_TOPIC_WEEKS,
    MAX_TOPICS,
    History,
    Reader,
    TopicCount,
    fingerprint,
)
from service.decisions.site_time import SiteTime, week_of

TOPICS_PER_ARTICLE = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """One page view as history sees it. `is_article` says whether it counts as an article read.

    `topics` are fingerprints; those some campaign asks about (`wanted`) are the last to be forgotten.
    """

    view_id: str
    page_id: str
    is_article: bool
    topics: tuple[int, ...] = ()
    wanted: frozenset[int] = frozenset()


def topic_fingerprint(topic: str) -> int:
    """Topics are compared without regard to case."""
    return fingerprint(topic.casefold().strip())


def record_view(reader: Reader, reading: Reading, now: SiteTime) -> Reader:
    """The reader after this page view; the same reader when the view was recorded before."""
    view = fingerprint("view:" + reading.view_id, 24, reader.salt)
    if view in reader.recent:
        return reader
    history = aged(reader.history, now.day)
    history = replace(history, view_count=history.view_count + 1)
    if reading.is_article:
        history = _count_article(history, reading, reader.salt)
    return replace(reader, history=history, recent=remembered(reader.recent, view))


def remembered(recent: tuple[int, ...], item: int) -> tuple[int, ...]:
    return (*recent, item)[-MAX_RECENT_IDS:]


def aged(history: History, day: int) -> History:
    """The same history seen from `day`: counts move into the past, what leaves the windows is forgotten."""
    gone_days = day - history.day
    if gone_days <= 0:
        return history
    gone_weeks = week_of(day) - week_of(history.day)
    days = ((0,) * min(gone_days, HISTORY_DAYS) + history.days)[:HISTORY_DAYS] if history.days else ()
    if not gone_weeks:
        return replace(history, day=day, days=days)
    weeks = ((0,) * min(gone_weeks, HISTORY_WEEKS) + history.weeks)[:HISTORY_WEEKS] if history.weeks else ()
    oldest = week_of(day) - HISTORY_WEEKS
    topics = tuple(item for item in history.topics if item.week > oldest)
    return replace(history, day=day, days=days, weeks=weeks, topics=topics, pages=())


def _count_article(history: History, reading: Reading, salt: int) -> History:
    page = fingerprint("page:" + reading.page_id, 16, salt)
    if page in history.pages:
        return history
    topics = sorted(dict.fromkeys(reading.topics), key=lambda topic: topic not in reading.wanted)
    return replace(
        history,
        days=_one_more(history.days),
        weeks=_one_more(history.weeks),
        topics=_count_topics(history, topics[:TOPICS_PER_ARTICLE], reading.wanted),
        pages=tuple(sorted((*history.pages[-MAX_PAGES_PER_WEEK + 1 :], page))),
    )


def _one_more(counts: tuple[int, ...]) -> tuple[int, ...]:
    return (counts[0] + 1, *counts[1:]) if counts else (1,)


def _count_topics(history: History, read: Iterable[int], wanted: frozenset[int]) -> tuple[TopicCount, ...]:
    week = week_of(history.day)
    counts = {(item.topic, item.week): item.count for item in history.topics}
    for topic in read:
        counts[topic, week] = counts.get((topic, week), 0) + 1
    return bounded_topics(tuple(TopicCount(topic, at, count) for (topic, at), count in counts.items()), wanted)


def bounded_topics(items: tuple[TopicCount, ...], wanted: frozenset[int] = frozenset()) -> tuple[TopicCount, ...]:
    """Within the bounds of the passport. Kept are the wanted topics, then the latest read, then the most read."""
    newest: dict[int, int] = {}
    total: dict[int, int] = {}
    for item in items:
        newest[item.topic] = max(item.week, newest.get(item.topic, 0))
        total[item.topic] = total.get(item.topic, 0) + item.count
    if len(newest) > MAX_TOPICS:
        ranked = sorted(newest, key=lambda topic: (topic in wanted, newest[topic], total[topic]), reverse=True)
        kept = set(ranked[:MAX_TOPICS])
        items = tuple(item for item in items if item.topic in kept)
    if len(items) > MAX_TOPIC_WEEKS:
        items = tuple(sorted(items, key=lambda item: (item.topic in wanted, item.week, item.count))[-MAX_TOPIC_WEEKS:])
    return items


def articles_in_days(history: History, now: SiteTime, days: int) -> int:
    """Articles read today and on the `days` - 1 local days before."""
    return sum(aged(history, now.day).days[:days])


def articles_in_weeks(history: History, now: SiteTime, weeks: int) -> int:
    """Articles read this local week and in the `weeks` weeks before it: `weeks` = 0 is this week alone."""
    return sum(aged(history, now.day).weeks[: weeks + 1])


def topic_articles_in_weeks(history: History, now: SiteTime, weeks: int, topics: Collection[int]) -> int:
    """As above, summed over the topics: an article on two of them counts twice."""
    oldest = week_of(max(now.day, history.day)) - weeks
    return sum(item.count for item in history.topics if item.topic in topics and item.week >= oldest)


def most_read_topics(history: History) -> frozenset[int]:
    """The topic read most over everything remembered, and those read as often."""
    totals: dict[int, int] = {}
    for item in history.topics:
        totals[item.topic] = totals.get(item.topic, 0) + item.count
    most = max(totals.values(), default=0)
    return frozenset(topic for topic, total in totals.items() if total == most)
