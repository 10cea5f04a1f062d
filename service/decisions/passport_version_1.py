"""Passports sealed by the first version: read for as long as they live, never written.

Each list after its length, records one after another; topics as their fingerprint and pairs of weeks ago and count.
"""

from struct import Struct, unpack_from

from service.decisions.fingerprints import PAGE_BYTES, REQUEST_BYTES
from service.decisions.reader import (
    HISTORY_DAYS,
    HISTORY_WEEKS,
    MAX_FREE_READS,
    MAX_PAGES_PER_WEEK,
    MAX_POOLS,
    MAX_PROMPT_RECORDS,
    MAX_RECENT_IDS,
    MAX_SEEN_PER_CAMPAIGN,
    MAX_TOPIC_WEEKS,
    FreeRead,
    Giving,
    History,
    PoolUse,
    PromptRecord,
    Reader,
    RecurringState,
    TopicHistory,
)
from service.money import Interval

_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes)
_HEAD = Struct(">BIBHIIIIBH")
# campaign (high, low), variant, seen count, length of seen_at, dismissed count, contributed count, dismissed at
_PROMPT = Struct(">BHHHBBBI")
# pool (high, low), length of reads, older used, older expires at
_POOL = Struct(">BHBHI")
_READ = Struct(">HI")
_GIVING = Struct(">BBB6I")


class _Cursor:
    """A position in the bytes; reading past the end or past a bound raises."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: Struct) -> tuple[int, ...]:
        values = layout.unpack_from(self._data, self._at)
        self._at += layout.size
        return values

    def length(self, limit: int) -> int:
        length = self._data[self._at]
        self._at += 1
        if length > limit:
            raise ValueError("list too long")
        return length

    def chunk(self, size: int) -> bytes:
        chunk = self._data[self._at : self._at + size]
        if len(chunk) < size:
            raise ValueError("cut short")
        self._at += size
        return chunk

    def counts(self, limit: int) -> bytes:
        return self.chunk(self.length(limit))

    def numbers(self, code: str, width: int, length: int) -> tuple[int, ...]:
        values = unpack_from(f">{length}{code}", self._data, self._at)
        self._at += length * width
        return values


def decode_version_1(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant of issue. Raises IndexError, ValueError or struct.error for what cannot be read."""
    cursor = _Cursor(data)
    _, issued_at, high, low, salt, first_seen_at, day, view_count, *link = cursor.take(_HEAD)
    bucket = high << 16 | low
    days, weeks = cursor.counts(HISTORY_DAYS), cursor.counts(HISTORY_WEEKS)
    topics = _take_topics(cursor, (day - 1) // 7)
    pages = cursor.chunk(PAGE_BYTES * cursor.length(MAX_PAGES_PER_WEEK))
    recent = cursor.chunk(REQUEST_BYTES * cursor.length(MAX_RECENT_IDS))
    reader = Reader(
        bucket=None if bucket == _NO_BUCKET else bucket,
        salt=salt,
        first_seen_at=first_seen_at,
        history=History(day, days, weeks, topics, pages, view_count),
        prompts=tuple([_take_prompt(cursor) for _ in range(cursor.length(MAX_PROMPT_RECORDS))]),
        pools=tuple([_take_pool(cursor) for _ in range(cursor.length(MAX_POOLS))]),
        giving=_take_giving(cursor),
        recent=recent,
        link=link[0] << 16 | link[1],
    )
    return reader, issued_at


def _take_topics(cursor: _Cursor, this_week: int) -> tuple[TopicHistory, ...]:
    topics: list[TopicHistory] = []
    for _ in range(cursor.length(MAX_TOPIC_WEEKS)):
        topic = int.from_bytes(cursor.chunk(REQUEST_BYTES), "big")
        pairs = cursor.chunk(2 * cursor.length(HISTORY_WEEKS))
        counted = sorted(zip(pairs[::2], pairs[1::2], strict=True))
        topics.append(TopicHistory(topic, tuple(this_week - ago for ago, _ in counted), tuple(n for _, n in counted)))
    return tuple(topics)


def _take_prompt(cursor: _Cursor) -> PromptRecord:
    high, low, variant, seen_count, seen_length, dismissed_count, contributed_count, dismissed_at = cursor.take(_PROMPT)
    if seen_length > MAX_SEEN_PER_CAMPAIGN:
        raise ValueError("list too long")
    seen_at = cursor.numbers("I", 4, seen_length)
    campaign = high << 16 | low
    return PromptRecord(campaign, seen_count, seen_at, dismissed_count, dismissed_at, contributed_count, variant)


def _take_pool(cursor: _Cursor) -> PoolUse:
    high, low, length, older_used, older_expires_at = cursor.take(_POOL)
    if length > MAX_FREE_READS:
        raise ValueError("list too long")
    reads = tuple(FreeRead(*read) for read in _READ.iter_unpack(cursor.chunk(length * _READ.size)))
    return PoolUse(high << 16 | low, reads, older_used, older_expires_at)


def _take_giving(cursor: _Cursor) -> Giving:
    if not cursor.length(_GIVING.size):
        return Giving()
    recurring, interval, asked, *instants = cursor.take(_GIVING)
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
