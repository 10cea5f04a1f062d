"""The bytes inside a passport: a version byte, a head of fixed width, then the lists as tables.

Whole tables are packed at once, and go on as they are where a page view did not change them: it must hardly pay for
the length of a reader's history. Encoding always uses the newest version; an older one is decoded for as long as a
passport lives. Version 2 differs from 3 in that the fingerprints of recent requests lay in columns.
"""

from collections.abc import Callable
from struct import Struct, error

from service.decisions.fingerprints import PAGE_BYTES, REQUEST_BYTES
from service.decisions.packed_pools import PackedPools, pack_pools, size_of_pools
from service.decisions.packed_prompts import PackedPrompts, pack_prompts, size_of_prompts
from service.decisions.packed_topics import PackedTopics, pack_topics, size_of_topics
from service.decisions.passport_bytes import table, within
from service.decisions.passport_version_1 import decode_version_1
from service.decisions.reader import NOTHING_GIVEN, Giving, History, Reader, RecurringState
from service.decisions.site_time import week_of
from service.money import Interval

VERSION = 3
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# lengths of days, weeks, topics, pages, recent, prompts, pools, giving
_HEAD = Struct(">BIBHIIIIBH8B")
_HEAD_BYTES = _HEAD.size
_GIVING = Struct(">BBB6I")


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of a version known here."""


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    days = history.days if isinstance(history.days, bytes) else table("B", history.days)
    weeks = history.weeks if isinstance(history.weeks, bytes) else table("B", history.weeks)
    topics, topic_count = pack_topics(history.topics, week_of(history.day))
    prompts, prompt_count = pack_prompts(reader.prompts)
    pools, pool_count = pack_pools(reader.pools) if reader.pools else (b"", 0)
    giving = b"" if reader.giving is NOTHING_GIVEN else _giving(reader.giving)
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    head = (
        VERSION,
        issued_at,
        bucket >> 16,
        bucket & 0xFFFF,
        reader.salt,
        reader.first_seen_at,
        history.day,
        history.view_count,
        reader.link >> 16,
        reader.link & 0xFFFF,
        len(days),
        len(weeks),
        topic_count,
        len(history.pages) // PAGE_BYTES,
        len(reader.recent) // REQUEST_BYTES,
        prompt_count,
        pool_count,
        len(giving),
    )
    tables = (
        _packed_head(head),
        days,
        weeks,
        topics,
        history.pages,
        reader.recent,
        prompts,
        pools,
        giving,
    )
    return b"".join(tables)


def decode(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] not in _DECODERS:
        raise UnreadablePassportError("unknown version")
    try:
        return _DECODERS[data[0]](data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _decode_version_3(data: bytes) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, link_high, link_low, *lengths = _HEAD.unpack_from(
        data
    )
    days, weeks, topics, pages, recent, prompts, pools, giving = lengths
    weeks_at = _HEAD_BYTES + days
    topics_at = weeks_at + weeks
    pages_at = topics_at + (size_of_topics(data, topics_at, topics) if topics else 0)
    recent_at = pages_at + PAGE_BYTES * pages
    prompts_at = recent_at + REQUEST_BYTES * recent
    pools_at = prompts_at + (size_of_prompts(data, prompts_at, prompts) if prompts else 0)
    giving_at = pools_at + (size_of_pools(data, pools_at, pools) if pools else 0)
    if giving_at + giving != len(data) or giving not in {0, _GIVING.size}:
        raise ValueError("cut short or too long")
    history = History(
        day,
        data[_HEAD_BYTES:weeks_at],
        data[weeks_at:topics_at],
        PackedTopics(data[topics_at:pages_at], topics, week_of(day)) if topics else (),
        data[pages_at:recent_at],
        view_count,
    )
    bucket = high << 16 | low
    reader = Reader(
        None if bucket == _NO_BUCKET else bucket,
        salt,
        first_seen_at,
        history,
        PackedPrompts(data[prompts_at:pools_at], prompts) if prompts else (),
        PackedPools(data[pools_at:giving_at], pools) if pools else (),
        _take_giving(data[giving_at:]) if giving else NOTHING_GIVEN,
        data[recent_at:prompts_at],
        link_high << 16 | link_low,
    )
    return reader, issued_at


def _decode_version_2(data: bytes) -> tuple[Reader, int]:
    reader, issued_at = _decode_version_3(data)
    columns = reader.recent
    length, rows = len(columns) // REQUEST_BYTES, bytearray(columns)
    rows[::3], rows[1::3], rows[2::3] = columns[:length], columns[length::2], columns[length + 1 :: 2]
    return reader._replace(recent=bytes(rows)), issued_at


def _packed_head(values: tuple[int, ...]) -> bytes:
    try:
        return _HEAD.pack(*values)
    except error:
        return _HEAD.pack(*map(within, values))


def _giving(giving: Giving) -> bytes:
    if giving == NOTHING_GIVEN:
        return b""
    return _GIVING.pack(
        _RECURRING.index(giving.recurring),
        _INTERVALS.index(giving.recurring_interval),
        _INTERVALS.index(giving.checkout_interval),
        within(giving.recurring_at),
        within(giving.past_due_at),
        within(giving.paid_until),
        within(giving.ended_at),
        within(giving.one_off_at),
        within(giving.checkout_at),
    )


def _take_giving(packed: bytes) -> Giving:
    recurring, interval, asked, *instants = _GIVING.unpack(packed)
    recurring_at, past_due_at, paid_until, ended_at, one_off_at, checkout_at = instants
    return Giving(
        _RECURRING[recurring],
        _INTERVALS[interval],
        recurring_at,
        past_due_at,
        paid_until,
        ended_at,
        one_off_at,
        checkout_at,
        _INTERVALS[asked],
    )


_DECODERS: dict[int, Callable[[bytes], tuple[Reader, int]]] = {
    1: decode_version_1,
    2: _decode_version_2,
    VERSION: _decode_version_3,
}
