"""Readers whose passport went to a browser and came back are counted like readers who stayed in memory."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.readers import reader as bounds
from service.readers.fingerprints import REQUEST_BYTES, SALT_BYTES, holds, request_print
from service.readers.history import Reading, record_view
from service.readers.impressions import PromptEvent, record_event, record_once
from service.readers.passports.passport import decode, encode
from service.readers.reader import History, Reader
from service.readers.topics import topic_counts
from tests.decisions import make
from tests.readers.make import readers, topics

NOW = make.instant()
LATER = st.sampled_from([timedelta(), timedelta(hours=3), timedelta(days=1), timedelta(days=6), timedelta(days=400)])


def carried(reader: Reader) -> Reader:
    """Return the reader as the next request decodes it."""
    return decode(encode(reader, NOW)).reader


@st.composite
def views(draw: st.DrawFn, reader: Reader) -> tuple[Reading, timedelta]:
    """Draw a page view that often has topics which the reader has read before."""
    known = sorted({topic for topic, _ in topic_counts(reader.history.topics, 0)})
    topic = topics | (st.sampled_from(known) if known else st.nothing())
    read = tuple(dict.fromkeys(draw(st.lists(topic, max_size=6))))
    number = draw(st.integers(0, 3))
    return Reading(f"view {number}", f"/page-{number}", draw(st.booleans()), read), draw(LATER)


@given(readers)
def test_a_reader_is_decoded_as_it_was_encoded(reader: Reader) -> None:
    found = carried(reader)

    assert found == reader
    assert (found.support, found.prompts, found.pools) == (reader.support, reader.prompts, reader.pools)
    assert found.prompted_at == max([record.latest_event_at for record in found.prompts], default=0)


@settings(max_examples=50)
@given(st.data(), readers)
def test_page_views_count_the_same_after_each_journey(data: st.DataObject, reader: Reader) -> None:
    stays = travels = carried(reader)

    for _ in range(4):
        reading, after = data.draw(views(stays))
        now = make.time_at(make.NOW + after)
        stays, travels = record_view(stays, reading, now), record_view(carried(travels), reading, now)

        assert encode(stays, NOW) == encode(travels, NOW)


@given(readers, st.sampled_from(PromptEvent), st.integers(1, 4))
def test_an_event_that_was_recorded_is_known_after_the_journey(
    reader: Reader, event: PromptEvent, campaign: int
) -> None:
    after = record_event(carried(reader), event, campaign, 7, NOW)

    assert record_once(carried(record_once(after, "event-1") or after), "event-1") is None


def test_fingerprints_that_only_look_alike_across_two_places_are_not_found() -> None:
    recent, pages = bytes.fromhex("010203 050405"), bytes.fromhex("0102 0304")
    found = carried(make.reader(recent=recent, history=History(1, pages=pages)))

    assert (found.recent, found.history.pages) == (recent, pages)
    assert [holds(recent, bytes.fromhex(item)) for item in ("010203", "050405", "020305", "010304")] == [1, 1, 0, 0]
    assert [holds(pages, bytes.fromhex(item)) for item in ("0102", "0304", "0203")] == [1, 1, 0]


def test_the_oldest_view_id_is_dropped_first() -> None:
    reader = make.reader()
    for number in range(bounds.MAX_RECENT_IDS + 1):
        reader = record_view(carried(reader), Reading(f"v{number}", "/a", False), make.time_at())

    assert len(reader.recent) == bounds.MAX_RECENT_IDS * REQUEST_BYTES
    salt = reader.salt.to_bytes(SALT_BYTES, "big")
    assert not holds(reader.recent, request_print("view:v0", salt))
    assert holds(reader.recent, request_print("view:v1", salt))


def test_counts_in_the_bytes_stop_at_what_a_byte_holds() -> None:
    day = make.time_at().day
    reader = carried(make.reader(history=History(day, bytes((255, 3)), bytes((254,)))))

    after = record_view(reader, Reading("v", "/a", True), make.time_at())

    assert (after.history.days, after.history.weeks) == (bytes((255, 3)), bytes((255,)))
