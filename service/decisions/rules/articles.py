"""Rules about what the reader has read: how many articles, how recently, and on which topics."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import ArticleCount, Consent
from service.campaigns.site import Site
from service.campaigns.variant import Placeholder, names_in_braces
from service.decisions.rules.facts import MOST_READ_TOPIC, counted_reader
from service.decisions.rules.rule import FOREVER, Bounded, Measure, Prepared, PreparedCount, rule
from service.decisions.rules.verdict import Plain, Verdict, failed, passed_if, span, worst
from service.decisions.situation import Situation
from service.readers.history import articles_in_days, articles_in_weeks, most_read_topics, topic_articles_in_weeks
from service.readers.reader import HISTORY_WEEKS, Reader
from service.readers.site_time import SiteTime, instant_of

_COUNTS = frozenset({Placeholder.ARTICLE_COUNT, Placeholder.ARTICLE_COUNT_IN_WINDOW})
_RISING_WEEKS = 3


def _names_article_count(campaign: Campaign, _site: Site) -> bool:
    return any(_COUNTS & names_in_braces(copy) for variant in campaign.variants for copy in variant.copies)


def _count_text(value: int | PreparedCount | None) -> Plain:
    return span(value.rule.minimum, value.rule.maximum) if isinstance(value, PreparedCount) else value


def _bounds(prepared: Prepared) -> Iterable[Bounded]:
    for window, topics in prepared.counts:
        least, most = window.minimum or 0, FOREVER if window.maximum is None else window.maximum
        yield Bounded((window.days, window.weeks, topics), counter(window, topics), least, most)


@rule(
    lambda campaign, _: bool(campaign.reader.article_counts),
    reads=Measure(_bounds),
    write=_count_text,
)
def articles(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the number of articles read in each window of the campaign, this article included."""
    counts = prepared.counts
    return worst([_articles(count, situation) for count in counts]) if counts[1:] else _articles(counts[0], situation)


@rule(_names_article_count)
def article_count_known(_prepared: Prepared, situation: Situation) -> Verdict:
    """Fail without a history of articles if a wording names the number of articles read."""
    return passed_if(counted_reader(situation) is not None, counted_reader(situation) is not None, True)


@rule(lambda campaign, _: campaign.reader.is_reading_more is not None)
def reading_more(prepared: Prepared, situation: Situation) -> Verdict:
    """Check whether the articles read rose in each of the last three full weeks."""
    wanted, reader = prepared.campaign.reader.is_reading_more, counted_reader(situation)
    if reader is None:
        return failed(None, wanted)
    history, now = reader.history, situation.now
    totals = [articles_in_weeks(history, now, weeks) for weeks in range(_RISING_WEEKS + 2)]
    weekly = [after - before for before, after in pairwise(totals)]
    rises = all(newer > older for newer, older in pairwise(weekly))
    return passed_if(rises is wanted, rises, wanted)


@rule(lambda campaign, _: campaign.reader.favourite_topics_any is not None, reads=(MOST_READ_TOPIC,))
def favourite_topic(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the topic read most over the whole history. If several are read equally often, any of them may match."""
    asked = prepared.campaign.reader.favourite_topics_any
    reader = counted_reader(situation)
    if reader is None:
        return failed(None, asked)
    holds = not prepared.favourite_topics.isdisjoint(most_read_topics(reader.history))
    return passed_if(holds, holds, asked)


def counter(rule: ArticleCount, topics: frozenset[bytes] | None) -> Callable[[Situation], int | None]:
    """Return the function that counts the articles in a rule's window, this article included.

    It returns None if they are not known: without consent, if the reader has stopped the counting, and for topics
    without full consent.
    """
    days, weeks = rule.days, HISTORY_WEEKS - 1 if rule.weeks is None else rule.weeks

    def counted(situation: Situation) -> int | None:
        reader, now = situation.reader, situation.now
        if reader is None or reader.counting.is_stopped:
            return None
        if topics is None:
            if days is not None:
                return articles_in_days(reader.history, now, days)
            return articles_in_weeks(reader.history, now, weeks)
        is_known = situation.visit.consent is Consent.FULL
        return topic_articles_in_weeks(reader.history, now, weeks, topics) if is_known else None

    return counted


def article_count(rule: ArticleCount, topics: frozenset[bytes] | None, situation: Situation) -> int:
    """Count the articles in a rule's window, this article included. Return 0 if they are not known."""
    return counter(rule, topics)(situation) or 0


def articles_remembered(reader: Reader | None, now: SiteTime) -> int:
    """Count the articles of this week and the 52 weeks before. Return 0 without a history."""
    return articles_in_weeks(reader.history, now, HISTORY_WEEKS - 1) if reader else 0


def _articles(counted: PreparedCount, situation: Situation) -> Verdict:
    rule, topics = counted
    if situation.reader is None:
        return failed(None, counted, note="articles; no history without consent")
    if situation.reader.counting.is_stopped:
        return failed(None, counted, note="articles; the reader has stopped counting")
    if topics is not None and situation.visit.consent is not Consent.FULL:
        return failed(None, counted, note="articles on topics; not known without full consent")
    count = article_count(rule, topics, situation)
    is_enough = rule.minimum is None or count >= rule.minimum
    is_few = rule.maximum is None or count <= rule.maximum
    thins_out = situation.explains and is_enough and not is_few
    passes_at = _thinned_out_at(rule, topics, situation) if thins_out else None
    return passed_if(is_enough and is_few, count, counted, passes_at=passes_at, note=counted.window)


def _thinned_out_at(rule: ArticleCount, topics: frozenset[bytes] | None, situation: Situation) -> int | None:
    """Return when enough articles have left the window for `max` to hold, if the reader reads nothing more.

    Return None if `min` fails then. The window as of n days or weeks later equals a window that is shorter by n now.
    """
    periods = rule.days or (HISTORY_WEEKS if rule.weeks is None else rule.weeks + 1)

    def left(ahead: int) -> int:
        shorter = periods - ahead
        window = replace(rule, days=shorter) if rule.days is not None else replace(rule, weeks=shorter - 1)
        return article_count(window, topics, situation) if shorter else 0

    ahead = bisect_left(range(periods), True, 1, key=lambda ahead: left(ahead) <= (rule.maximum or 0))
    now = situation.now
    day = now.day + ahead if rule.days is not None else now.day - now.weekday + 7 * ahead
    return instant_of(day, 0, now.zone) if left(ahead) >= (rule.minimum or 0) else None
