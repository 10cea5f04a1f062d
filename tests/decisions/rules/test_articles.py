"""Rules about what the reader has read."""

from typing import Any

import pytest

from service.campaigns.reader_rules import ArticleCount, Consent, ReaderRules
from service.readers.history import topic_fingerprint
from service.readers.reader import History, Reader
from service.readers.topics import topic_cells
from tests.decisions import make


def blocked(rules: ReaderRules, who: Reader | None = None, **about: Any) -> str | None:
    return make.blocked_by(make.compiled(make.campaign(reader=rules)), who=who, **about)


def read(weeks: tuple[int, ...] = (), days: tuple[int, ...] = (), **topics: int) -> Reader:
    now = make.time_at()
    counts = topic_cells({(topic_fingerprint(name), now.week): count for name, count in topics.items()})
    return make.reader(history=History(now.day, days, weeks, counts))


@pytest.mark.parametrize(("count", "expected"), [(2, "articles"), (3, None), (5, None), (6, "articles")])
def test_article_counts_include_both_their_ends(count: int, expected: str | None) -> None:
    rules = ReaderRules(article_counts=(ArticleCount(minimum=3, maximum=5),))

    assert blocked(rules, read(weeks=(count,))) == expected


def test_topics_are_unknown_without_full_consent() -> None:
    few = ReaderRules(article_counts=(ArticleCount(maximum=3, topics=frozenset({"sport"})),))

    assert blocked(few, read(sport=1), visit=make.visit(consent=Consent.FULL)) is None
    assert blocked(few, read(), visit=make.visit(consent=Consent.METER)) == "articles"


def test_zero_articles_is_a_rule_of_its_own() -> None:
    none_read = ReaderRules(article_counts=(ArticleCount(maximum=0),))

    assert blocked(none_read, read()) is None
    assert blocked(none_read, read(weeks=(1,))) == "articles"
    assert blocked(ReaderRules(article_counts=(ArticleCount(minimum=0),)), read()) is None


def test_windows_of_weeks_days_and_all_that_is_remembered() -> None:
    reader = read(weeks=(1, 1, 0, 5), days=(0, 1, 0, 1))

    for rule, expected in (
        (ArticleCount(minimum=1, weeks=0), None),
        (ArticleCount(minimum=2, weeks=0), "articles"),
        (ArticleCount(minimum=2, weeks=1), None),
        (ArticleCount(minimum=3, weeks=2), "articles"),
        (ArticleCount(minimum=7, weeks=3), None),
        (ArticleCount(minimum=1, days=1), "articles"),
        (ArticleCount(minimum=1, days=2), None),
        (ArticleCount(minimum=2, days=3), "articles"),
        (ArticleCount(minimum=2, days=4), None),
        (ArticleCount(minimum=7), None),
        (ArticleCount(minimum=8), "articles"),
    ):
        assert blocked(ReaderRules(article_counts=(rule,)), reader) == expected, rule


def test_topics_are_summed_and_each_rule_must_hold() -> None:
    reader = read(weeks=(5,), politics=2, housing=1)
    both = ArticleCount(minimum=3, topics=frozenset({"politics", "Housing"}))

    assert blocked(ReaderRules(article_counts=(both,)), reader) is None
    assert blocked(ReaderRules(article_counts=(both, ArticleCount(minimum=6))), reader) == "articles"


def test_a_history_rule_fails_without_a_history() -> None:
    assert blocked(ReaderRules(article_counts=(ArticleCount(maximum=0),)), has_reader=False) == "articles"


def test_a_wording_that_names_the_count_needs_a_count() -> None:
    words = make.variant(copies=(make.copy(heading="You have read {article_count} articles"),))
    plain = make.variant("other")
    where = make.compiled(make.campaign(variants=(plain, words)))

    assert make.blocked_by(where, has_reader=False) == "article_count_known"
    assert make.blocked_by(where) is None
    assert make.blocked_by(make.compiled(make.campaign()), has_reader=False) is None


@pytest.mark.parametrize(
    ("weeks", "rises"), [((0, 5, 3, 1), True), ((9, 5, 5, 1), False), ((0, 1, 2, 3), False), ((4,), False)]
)
def test_reading_more_is_three_full_weeks_that_rise(weeks: tuple[int, ...], rises: bool) -> None:
    assert (blocked(ReaderRules(is_reading_more=True), read(weeks=weeks)) is None) is rises
    assert (blocked(ReaderRules(is_reading_more=False), read(weeks=weeks)) is None) is not rises


def test_the_favourite_topic_is_the_one_read_most() -> None:
    rules = ReaderRules(favourite_topics_any=frozenset({"sport"}))

    assert blocked(rules, read(sport=3, news=2)) is None
    assert blocked(rules, read(sport=2, news=3)) == "favourite_topic"
    assert blocked(rules, read()) == "favourite_topic"
