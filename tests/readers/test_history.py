"""Counts of articles per day, week and topic, in the site's calendar. A page counts once a week."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.readers import reader as bounds
from service.readers.history import (
    Reading,
    articles_in_days,
    articles_in_weeks,
    most_read_topics,
    record_view,
    topic_articles_in_weeks,
    topic_fingerprint,
)
from service.readers.reader import Reader
from service.readers.site_time import site_time_at
from service.readers.topics import topic_counts
from tests.decisions import make

AUCKLAND = ZoneInfo("Pacific/Auckland")


def read(reader: Reader, *, page: str, at: datetime, zone: str = make.DUBLIN, topics: tuple[str, ...] = ()) -> Reader:
    reading = Reading(f"view {page} {at}", page, True, tuple(topic_fingerprint(topic) for topic in topics))
    return record_view(reader, reading, make.time_at(at, zone))


def read_many(count: int, *, at: datetime = make.NOW, reader: Reader | None = None) -> Reader:
    reader = reader or make.reader()
    for number in range(count):
        reader = read(reader, page=f"/{number}", at=at + timedelta(seconds=number))
    return reader


def test_a_page_counts_once_a_week_and_again_in_the_next() -> None:
    monday = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    reader = make.reader()
    for at in (monday, monday + timedelta(days=3), monday + timedelta(days=7, seconds=-1)):
        reader = read(reader, page="/a", at=at)
    assert articles_in_weeks(reader.history, make.time_at(at), 0) == 1

    reader = read(reader, page="/a", at=monday + timedelta(days=7))

    assert articles_in_weeks(reader.history, make.time_at(monday + timedelta(days=7)), 0) == 1
    assert articles_in_weeks(reader.history, make.time_at(monday + timedelta(days=7)), 1) == 2


def test_a_window_of_n_weeks_is_this_week_and_n_before() -> None:
    reader = make.reader()
    for weeks_ago in (3, 2, 1, 0):
        reader = read(reader, page=f"/{weeks_ago}", at=make.NOW - timedelta(weeks=weeks_ago))

    counts = [articles_in_weeks(reader.history, make.time_at(), weeks) for weeks in range(4)]

    assert counts == [1, 2, 3, 4]


def test_a_window_of_d_days_is_today_and_the_days_before() -> None:
    reader = make.reader()
    for days_ago in (7, 6, 1, 0):
        reader = read(reader, page=f"/{days_ago}", at=make.NOW - timedelta(days=days_ago))

    assert [articles_in_days(reader.history, make.time_at(), days) for days in (1, 2, 7, 8)] == [1, 2, 3, 4]


def test_a_reader_in_auckland_on_monday_morning_is_in_the_new_week() -> None:
    """20:00 UTC on Sunday is already Monday in Auckland, so the article belongs to the new week."""
    monday_in_auckland = datetime(2026, 6, 14, 20, 0, tzinfo=UTC)
    reader = read(make.reader(), page="/a", at=monday_in_auckland - timedelta(hours=12), zone="Pacific/Auckland")

    reader = read(reader, page="/b", at=monday_in_auckland, zone="Pacific/Auckland")

    now = site_time_at(monday_in_auckland, AUCKLAND)
    assert articles_in_weeks(reader.history, now, 0) == 1
    assert articles_in_weeks(reader.history, now, 1) == 2


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Dublin", date(2026, 3, 29)),
        ("Europe/London", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Pacific/Auckland", date(2026, 4, 5)),
        ("Pacific/Auckland", date(2026, 9, 27)),
    ],
)
def test_a_local_day_begins_and_ends_at_local_midnight_when_the_clocks_change(zone: str, day: date) -> None:
    begins = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    reader = make.reader()
    for page, at in (("/before", begins - timedelta(seconds=1)), ("/first", begins)):
        reader = read(reader, page=page, at=at.astimezone(UTC), zone=zone)

    last = ends.astimezone(UTC) - timedelta(seconds=1)
    reader = read(reader, page="/last", at=last, zone=zone)

    assert articles_in_days(reader.history, make.time_at(last, zone), 1) == 2
    assert articles_in_days(reader.history, make.time_at(ends.astimezone(UTC), zone), 1) == 0


def test_topics_add_up_so_an_article_on_two_of_them_counts_twice() -> None:
    reader = read(make.reader(), page="/a", at=make.NOW, topics=("Politics", "Housing"))
    reader = read(reader, page="/b", at=make.NOW, topics=("politics",))
    topics = {topic_fingerprint("politics"), topic_fingerprint("HOUSING")}

    assert topic_articles_in_weeks(reader.history, make.time_at(), 0, topics) == 3


def test_any_topic_is_remembered_not_a_fixed_list() -> None:
    reader = read(make.reader(), page="/a", at=make.NOW, topics=("goat racing",))

    assert topic_articles_in_weeks(reader.history, make.time_at(), 0, {topic_fingerprint("Goat Racing")}) == 1


def test_topics_a_campaign_asks_about_are_the_last_to_be_forgotten() -> None:
    wanted = topic_fingerprint("housing")
    reader = make.reader()
    for number in range(60):
        topics = (*(topic_fingerprint(f"{number}-{n}") for n in range(12)), wanted)
        reading = Reading(f"v{number}", f"/{number}", True, topics, frozenset({wanted}))
        reader = record_view(reader, reading, make.time_at(make.NOW + timedelta(days=number)))

    last = make.time_at(make.NOW + timedelta(days=59))
    assert topic_articles_in_weeks(reader.history, last, 52, {wanted}) == 60
    assert len(topic_counts(reader.history.topics, last.week)) <= bounds.MAX_TOPIC_WEEKS


def test_all_topics_read_equally_often_are_the_most_read() -> None:
    reader = read(make.reader(), page="/a", at=make.NOW, topics=("a", "b"))
    reader = read(reader, page="/b", at=make.NOW, topics=("b", "c"))
    reader = read(reader, page="/c", at=make.NOW, topics=("c",))

    assert most_read_topics(reader.history) == [topic_fingerprint("b"), topic_fingerprint("c")]


def test_a_clock_that_runs_backwards_loses_nothing() -> None:
    reader = read(make.reader(), page="/a", at=make.NOW)

    reader = read(reader, page="/b", at=make.NOW - timedelta(days=3))

    assert articles_in_days(reader.history, make.time_at(make.NOW - timedelta(days=3)), 1) == 2
    assert articles_in_days(reader.history, make.time_at(), 1) == 2


def test_a_year_is_remembered_and_no_more() -> None:
    reader = read(make.reader(), page="/a", at=make.NOW)

    assert articles_in_weeks(reader.history, make.time_at(make.NOW + timedelta(weeks=52)), 52) == 1
    assert articles_in_weeks(reader.history, make.time_at(make.NOW + timedelta(weeks=53)), 52) == 0


def test_a_repeated_view_changes_nothing() -> None:
    reading = Reading("same", "/a", True)
    once = record_view(make.reader(), reading, make.time_at())

    assert record_view(once, reading, make.time_at(make.NOW + timedelta(hours=1))) == once


def test_pages_that_are_no_articles_count_as_views_only() -> None:
    reader = record_view(make.reader(), Reading("v", "/", False), make.time_at())

    assert (reader.history.view_count, articles_in_weeks(reader.history, make.time_at(), 52)) == (1, 0)


@given(st.lists(st.integers(0, 400), max_size=60))
def test_counts_never_shrink_while_a_week_lasts_and_stay_within_their_bounds(gaps: list[int]) -> None:
    reader, at, total = make.reader(), make.NOW, 0
    for number, hours in enumerate(gaps):
        at += timedelta(hours=hours)
        reader = read(reader, page=f"/{number}", at=at)
        now = make.time_at(at)
        here = articles_in_weeks(reader.history, now, 52)
        assert here <= number + 1
        assert articles_in_weeks(reader.history, now, 0) >= articles_in_days(reader.history, now, 1)
        assert len(reader.history.days) <= bounds.HISTORY_DAYS
        assert len(reader.history.weeks) <= bounds.HISTORY_WEEKS
        total = here
    assert total >= 0


def test_thirty_articles_are_thirty_articles() -> None:
    reader = read_many(30)

    assert articles_in_weeks(reader.history, make.time_at(), 0) == 30
