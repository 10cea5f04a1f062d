"""A note holds all that a request adds to a reader, and counts as the request itself counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.money import Interval
from service.readers.additions import (
    Addition,
    ChoiceAddition,
    ContributionAddition,
    EventAddition,
    added,
    event_print,
)
from service.readers.contributions import GivenContribution
from service.readers.history import Reading, ViewAddition, counted_view, record_view, topic_fingerprint
from service.readers.impressions import PromptEvent
from service.readers.meter_pools import SpentRead
from service.readers.packed_records import FreeRead
from service.readers.passports.passport_notes import Note, note_of, with_notes
from service.readers.reader import HISTORY_DAYS, HISTORY_WEEKS, History, Reader
from service.readers.topics import topic_counts
from service.sealing import KeyRing
from tests.decisions import make
from tests.readers.make import prints, topics

KEYS = KeyRing(("a-secret-of-at-least-32-characters!",))
NOW = make.instant()
DAY = make.time_at().day
instants = st.integers(0, NOW)
requests = st.binary(min_size=3, max_size=3)
spent = st.builds(SpentRead, prints, st.builds(FreeRead, st.integers(1, 65_535), instants))
views = st.builds(
    ViewAddition,
    request=requests,
    day=st.integers(DAY - 400, DAY),
    page=st.just(b"") | st.binary(min_size=2, max_size=2),
    topics=st.lists(topics, max_size=10, unique=True).map(tuple),
    spent=st.none() | spent,
)
given_contributions = st.builds(
    GivenContribution,
    st.sampled_from(Interval),
    instants,
    amount_minor=st.integers(0, 10**9),
    currency=st.sampled_from(["", "EUR", "JPY"]),
)
additions: st.SearchStrategy[Addition] = st.one_of(
    views,
    st.builds(EventAddition, requests, st.sampled_from(PromptEvent), prints, st.integers(0, 65_535), instants),
    st.builds(ContributionAddition, requests, given_contributions, st.just(0) | prints),
    st.builds(ChoiceAddition, requests, st.booleans(), instants),
)


def begun(reader: Reader) -> Reader:
    """Return the reader with whom a passport begins that has only a note of this reader."""
    return Reader(reader.bucket, reader.salt, reader.first_seen_at, History(reader.history.day))


@given(additions, st.none() | st.integers(0, 999_999))
def test_a_note_alone_begins_a_passport_with_what_it_adds(addition: Addition, bucket: int | None) -> None:
    reader = make.reader(bucket=bucket, history=History(DAY, view_count=9))
    note = note_of(KEYS, "tide", reader, addition, NOW)

    found, dropped = with_notes(KEYS, "tide", None, (note,), NOW)

    assert (found, dropped) == (added(begun(reader), addition, NOW), ())


@given(additions)
def test_an_addition_counts_once(addition: Addition) -> None:
    once = added(make.reader(), addition, NOW)

    assert added(once, addition, NOW) == once


def test_a_note_that_says_something_else_is_ignored() -> None:
    other = KEYS.sealer("passport note", "tide").seal(b"\x91\x01")

    assert with_notes(KEYS, "tide", None, (Note(f"{NOW:08x}616263", other),), NOW) == (None, ())


def test_a_view_of_yesterday_counts_on_its_day_in_a_passport_of_today() -> None:
    topic = topic_fingerprint("harbour")
    reading = Reading("v1", "/a", True, (topic,))
    yesterday = replace(make.time_at(), day=DAY - 7)
    late = counted_view(make.reader(history=History(DAY - 7)), reading, yesterday)
    today = record_view(make.reader(), Reading("v2", "/b", True), make.time_at())

    after = added(today, late, NOW)

    assert tuple(after.history.days) == (1, *(0,) * 6, 1)
    assert tuple(after.history.weeks) == (1, 1)
    assert topic_counts(after.history.topics, make.time_at().week) == {(topic, make.time_at().week - 1): 1}
    assert after.history.pages == today.history.pages


@pytest.mark.parametrize(("days", "articles"), [(HISTORY_DAYS, (0, 1)), (7 * HISTORY_WEEKS, (0, 0))])
def test_a_view_older_than_the_history_adds_no_article(days: int, articles: tuple[int, int]) -> None:
    late = ViewAddition(b"abc", DAY - days, b"pp", (b"spo",))

    after = added(make.reader(history=History(DAY)), late, NOW).history

    assert (sum(after.days), sum(after.weeks), after.view_count) == (*articles, 1)
    assert len(topic_counts(after.topics, make.time_at().week)) == articles[1]


def test_a_free_article_that_the_passport_knows_is_not_spent_again() -> None:
    read = SpentRead(9, FreeRead(7, NOW + 1000))
    first, second = (ViewAddition(request, DAY, spent=read) for request in (b"abc", b"abd"))

    reader = added(added(make.reader(), first, NOW), second, NOW)

    assert (reader.pools[0].reads, reader.history.view_count) == ((read.read,), 2)


def test_a_reader_who_stopped_counting_gains_no_article_from_a_note() -> None:
    stopped = added(make.reader(), ChoiceAddition(event_print(make.reader(), "stop"), False, NOW), NOW)
    view = ViewAddition(b"abc", DAY, b"pp", (b"spo",))

    after = added(stopped, view, NOW).history

    assert after == History(DAY, view_count=1)
