"""The bytes inside a passport: one version byte, then fields in a fixed order, big-endian, lists after their length.

A later version adds a decoder and keeps the older for as long as a passport lives; encoding always uses the newest.
Fixed widths let whole lists be packed at once: a page view must not pay for the length of a reader's history.
"""

from collections.abc import Sequence
from itertools import chain
from struct import Struct, error, pack, unpack_from

from service.campaigns.variant import Interval
from service.decisions.reader import (
    COUNT_LIMIT,
    HISTORY_DAYS,
    HISTORY_WEEKS,
    MAX_FREE_READS,
    MAX_PAGES_PER_WEEK,
    MAX_POOLS,
    MAX_PROMPT_RECORDS,
    MAX_RECENT_IDS,
    MAX_SEEN_PER_CAMPAIGN,
    MAX_TOPIC_WEEKS,
    SEEN_LIMIT,
    FreeRead,
    Giving,
    History,
    PoolUse,
    PromptRecord,
    Reader,
    RecurringState,
    TopicCount,
)

VERSION = 1
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF
_NOTHING_GIVEN = Giving()
_TWO_BYTES, _FOUR_BYTES = 0xFFFF, 0xFFFFFFFF

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes)
_HEAD = Struct(">BIBHIIIIBH")
# campaign (high, low), variant, seen count, length of seen_at, dismissed count, contributed count, dismissed at
_PROMPT = Struct(">BHHHBBBI")
# pool (high, low), length of reads, older used, older expires at
_POOL = Struct(">BHBHI")
_READ = Struct(">HI")
_GIVING = Struct(">BBB6I")


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of a version known here."""


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    return b"".join(
        (
            _HEAD.pack(
                VERSION,
                _instant(issued_at),
                *_split(bucket),
                reader.salt,
                _instant(reader.first_seen_at),
                _instant(history.day),
                _instant(history.view_count),
                *_split(reader.link),
            ),
            _counts(history.days),
            _counts(history.weeks),
            _topics(history),
            bytes((len(history.pages),)),
            pack(f">{len(history.pages)}H", *history.pages),
            bytes((len(reader.recent),)),
            _threes(reader.recent),
            _prompts(reader.prompts),
            _pools(reader.pools),
            _giving(reader.giving),
        )
    )


def decode(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] not in _DECODERS:
        raise UnreadablePassportError("unknown version")
    try:
        return _DECODERS[data[0]](_Cursor(data))
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _instant(number: int) -> int:
    return min(max(number, 0), _FOUR_BYTES)


def _split(number: int) -> tuple[int, int]:
    """A number of three bytes as its high byte and its two low ones."""
    return number >> 16, number & _TWO_BYTES


def _threes(numbers: Sequence[int]) -> bytes:
    return pack(">" + "BH" * len(numbers), *chain.from_iterable(map(_split, numbers)))


def _counts(counts: Sequence[int]) -> bytes:
    if counts and max(counts) > COUNT_LIMIT:
        counts = [min(count, COUNT_LIMIT) for count in counts]
    return bytes((len(counts), *counts))


def _topics(history: History) -> bytes:
    """Grouped by topic: its fingerprint, then pairs of weeks ago and count."""
    this_week = (history.day - 1) // 7
    weeks: dict[int, list[int]] = {}
    for topic, week, count in history.topics:
        weeks.setdefault(topic, []).extend((max(0, this_week - week), min(count, COUNT_LIMIT)))
    parts = [pack(">BHB", *_split(topic), len(pairs) // 2) + bytes(pairs) for topic, pairs in weeks.items()]
    return bytes((len(weeks),)) + b"".join(parts)


def _prompts(prompts: Sequence[PromptRecord]) -> bytes:
    parts = [bytes((len(prompts),))]
    for record in prompts:
        head = _PROMPT.pack(
            *_split(record.campaign),
            record.variant,
            min(record.seen_count, SEEN_LIMIT),
            len(record.seen_at),
            min(record.dismissed_count, COUNT_LIMIT),
            min(record.contributed_count, COUNT_LIMIT),
            _instant(record.dismissed_at),
        )
        parts += (head, pack(f">{len(record.seen_at)}I", *map(_instant, record.seen_at)))
    return b"".join(parts)


def _pools(pools: Sequence[PoolUse]) -> bytes:
    parts = [bytes((len(pools),))]
    for pool in pools:
        older = (min(pool.older_used, _TWO_BYTES), _instant(pool.older_expires_at))
        parts.append(_POOL.pack(*_split(pool.pool), len(pool.reads), *older))
        parts += [_READ.pack(read.page, _instant(read.expires_at)) for read in pool.reads]
    return b"".join(parts)


def _giving(giving: Giving) -> bytes:
    """Its length, nought for a reader who never gave, and what there is."""
    if giving == _NOTHING_GIVEN:
        return bytes(1)
    return bytes((_GIVING.size,)) + _GIVING.pack(
        _RECURRING.index(giving.recurring),
        _INTERVALS.index(giving.recurring_interval),
        _INTERVALS.index(giving.checkout_interval),
        _instant(giving.recurring_at),
        _instant(giving.past_due_at),
        _instant(giving.paid_until),
        _instant(giving.ended_at),
        _instant(giving.one_off_at),
        _instant(giving.checkout_at),
    )


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

    def counts(self, limit: int) -> tuple[int, ...]:
        return tuple(self.chunk(self.length(limit)))

    def numbers(self, code: str, width: int, length: int) -> tuple[int, ...]:
        values = unpack_from(f">{length}{code}", self._data, self._at)
        self._at += length * width
        return values

    def threes(self, length: int) -> tuple[int, ...]:
        chunk = self.chunk(3 * length)
        return tuple(a << 16 | b << 8 | c for a, b, c in zip(chunk[::3], chunk[1::3], chunk[2::3], strict=True))


def _decode_version_1(cursor: _Cursor) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, *link = cursor.take(_HEAD)
    bucket = high << 16 | low
    days, weeks = cursor.counts(HISTORY_DAYS), cursor.counts(HISTORY_WEEKS)
    topics = _take_topics(cursor, (day - 1) // 7)
    pages = cursor.numbers("H", 2, cursor.length(MAX_PAGES_PER_WEEK))
    recent = cursor.threes(cursor.length(MAX_RECENT_IDS))
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


def _take_topics(cursor: _Cursor, this_week: int) -> tuple[TopicCount, ...]:
    topics: list[TopicCount] = []
    for _ in range(cursor.length(MAX_TOPIC_WEEKS)):
        (topic,) = cursor.threes(1)
        pairs = cursor.chunk(2 * cursor.length(HISTORY_WEEKS))
        counted = zip(pairs[::2], pairs[1::2], strict=True)
        topics += [TopicCount(topic, this_week - ago, count) for ago, count in counted]
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
        return _NOTHING_GIVEN
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


_DECODERS = {VERSION: _decode_version_1}
