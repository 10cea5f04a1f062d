"""A note holds all that a request adds to a reader, and counts as the request itself counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from service.readers.passports.note_bytes import UnreadableNoteError, decode_note, encode_note
from service.readers.reader import HISTORY_DAYS, HISTORY_WEEKS, FreeRead, History, Reader
from tests.decisions import make
from tests.readers.make import prints, topics

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


def without_history(reader: Reader, day: int) -> Reader:
    return Reader(reader.bucket, reader.salt, reader.first_seen_at, History(day))


@given(additions, st.none() | st.integers(0, 999_999))
def test_a_note_is_decoded_as_it_was_encoded(addition: Addition, bucket: int | None) -> None:
    reader = make.reader(bucket=bucket)

    beginning, found = decode_note(encode_note(reader, addition))

    day = addition.day if isinstance(addition, ViewAddition) else reader.history.day
    assert (found, beginning) == (addition, without_history(reader, day))


@given(additions)
def test_an_addition_counts_once(addition: Addition) -> None:
    once = added(make.reader(), addition, NOW)

    assert added(once, addition, NOW) == once


@pytest.mark.parametrize("cut", [1, 5, 12])
def test_bytes_that_are_cut_short_are_refused(cut: int) -> None:
    view = ViewAddition(b"abc", DAY, b"pp", (b"spo",), SpentRead(9, FreeRead(7, NOW)))
    data = encode_note(make.reader(), view)

    with pytest.raises(UnreadableNoteError):
        decode_note(data[:-cut])


def test_a_note_of_an_unknown_kind_is_refused() -> None:
    data = encode_note(make.reader(), ChoiceAddition(b"abc", False, NOW))

    with pytest.raises(UnreadableNoteError):
        decode_note(b"\x09" + data[1:])


def test_a_view_of_yesterday_counts_on_its_day_in_a_passport_of_today() -> None:
    topic = topic_fingerprint("harbour")
    reading = Reading("v1", "/a", True, (topic,))
    yesterday = make.time_at()._replace(day=DAY - 7)
    late = counted_view(make.reader(history=History(DAY - 7)), reading, yesterday)
    today = record_view(make.reader(), Reading("v2", "/b", True), make.time_at())

    after = added(today, late, NOW)

    assert tuple(after.history.days) == (1, *(0,) * 6, 1)
    assert tuple(after.history.weeks) == (1, 1)
    assert after.history.topics[0].weeks == (make.time_at().week - 1,)
    assert after.history.pages == today.history.pages


@pytest.mark.parametrize(("days", "articles"), [(HISTORY_DAYS, (0, 1)), (7 * HISTORY_WEEKS, (0, 0))])
def test_a_view_older_than_the_history_adds_no_article(days: int, articles: tuple[int, int]) -> None:
    late = ViewAddition(b"abc", DAY - days, b"pp", (b"spo",))

    after = added(make.reader(history=History(DAY)), late, NOW).history

    assert (sum(after.days), sum(after.weeks), after.view_count) == (*articles, 1)
    assert len(after.topics) == articles[1]


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
