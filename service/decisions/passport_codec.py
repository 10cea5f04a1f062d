"""The bytes inside a passport: one version byte, then fields in a fixed order, numbers as base-128 varints.

A later version adds a decoder and keeps the older for as long as a passport lives; encoding always uses the newest.
"""

from collections.abc import Callable, Sequence

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


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of a version known here."""


def encode(reader: Reader, issued_at: int) -> bytes:
    out = bytearray((VERSION,))
    _put(out, issued_at)
    out += (_NO_BUCKET if reader.bucket is None else reader.bucket).to_bytes(3, "big")
    out += reader.salt.to_bytes(4, "big")
    _put(out, reader.first_seen_at)
    _put_history(out, reader.history)
    _put_prompts(out, reader.prompts, issued_at)
    _put_pools(out, reader.pools)
    _put_giving(out, reader.giving)
    _put_fingerprints(out, reader.recent, 3)
    out += reader.link.to_bytes(3, "big")
    return bytes(out)


def decode(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] not in _DECODERS:
        raise UnreadablePassportError("unknown version")
    try:
        return _DECODERS[data[0]](_Cursor(data, 1))
    except (IndexError, ValueError, OverflowError) as error:
        raise UnreadablePassportError("cut short or out of bounds") from error


def _put(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _put_counts(out: bytearray, counts: Sequence[int]) -> None:
    out.append(len(counts))
    out += bytes(min(count, COUNT_LIMIT) for count in counts)


def _put_fingerprints(out: bytearray, numbers: Sequence[int], width: int) -> None:
    out.append(len(numbers))
    for number in numbers:
        out += number.to_bytes(width, "big")


def _put_history(out: bytearray, history: History) -> None:
    _put(out, history.day)
    _put_counts(out, history.days)
    _put_counts(out, history.weeks)
    topics: dict[int, list[TopicCount]] = {}
    for item in history.topics:
        topics.setdefault(item.topic, []).append(item)
    out.append(len(topics))
    this_week = (history.day - 1) // 7
    for topic, items in topics.items():
        out += topic.to_bytes(3, "big")
        out.append(len(items))
        for item in items:
            out += bytes((max(0, this_week - item.week), min(item.count, COUNT_LIMIT)))
    _put_fingerprints(out, history.pages, 2)
    _put(out, history.view_count)


def _put_prompts(out: bytearray, prompts: Sequence[PromptRecord], issued_at: int) -> None:
    out.append(len(prompts))
    for record in prompts:
        out += record.campaign.to_bytes(3, "big")
        out += record.variant.to_bytes(2, "big")
        _put(out, record.seen_count)
        out.append(len(record.seen_at))
        for seen_at in reversed(record.seen_at):
            _put(out, _zigzag(issued_at - seen_at))
        _put(out, record.dismissed_count)
        if record.dismissed_count:
            _put(out, _zigzag(issued_at - record.dismissed_at))
        _put(out, record.contributed_count)


def _put_pools(out: bytearray, pools: Sequence[PoolUse]) -> None:
    out.append(len(pools))
    for pool in pools:
        out += pool.pool.to_bytes(3, "big")
        out.append(len(pool.reads))
        previous = 0
        for read in pool.reads:
            out += read.page.to_bytes(2, "big")
            _put(out, _zigzag(read.expires_at - previous))
            previous = read.expires_at
        _put(out, pool.older_used)
        if pool.older_used:
            _put(out, pool.older_expires_at)


def _put_giving(out: bytearray, giving: Giving) -> None:
    out.append(_RECURRING.index(giving.recurring))
    out.append(_INTERVALS.index(giving.recurring_interval))
    out.append(_INTERVALS.index(giving.checkout_interval))
    for instant in (giving.recurring_at, giving.past_due_at, giving.paid_until, giving.ended_at, giving.one_off_at):
        _put(out, instant)
    _put(out, giving.checkout_at)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _unzigzag(number: int) -> int:
    return number >> 1 if not number & 1 else -((number + 1) >> 1)


class _Cursor:
    """A position in the bytes; reading past the end or past a bound raises."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def number(self) -> int:
        value = shift = 0
        while True:
            part = self.byte()
            value |= (part & 0x7F) << shift
            if part < 0x80:
                return value
            shift += 7
            if shift > 42:
                raise ValueError("number too long")

    def fixed(self, width: int) -> int:
        chunk = self._data[self._at : self._at + width]
        if len(chunk) < width:
            raise ValueError("cut short")
        self._at += width
        return int.from_bytes(chunk, "big")

    def length(self, limit: int) -> int:
        length = self.byte()
        if length > limit:
            raise ValueError("list too long")
        return length

    def counts(self, limit: int) -> tuple[int, ...]:
        length = self.length(limit)
        chunk = self._data[self._at : self._at + length]
        if len(chunk) < length:
            raise ValueError("cut short")
        self._at += length
        return tuple(chunk)

    def fingerprints(self, width: int, limit: int) -> tuple[int, ...]:
        return tuple(self.fixed(width) for _ in range(self.length(limit)))


def _decode_version_1(cursor: _Cursor) -> tuple[Reader, int]:
    issued_at = cursor.number()
    bucket = cursor.fixed(3)
    salt = cursor.fixed(4)
    first_seen_at = cursor.number()
    history = _take_history(cursor)
    prompts = tuple(_take_prompt(cursor, issued_at) for _ in range(cursor.length(MAX_PROMPT_RECORDS)))
    pools = tuple(_take_pool(cursor) for _ in range(cursor.length(MAX_POOLS)))
    giving = _take_giving(cursor)
    recent = cursor.fingerprints(3, MAX_RECENT_IDS)
    known_bucket = None if bucket == _NO_BUCKET else bucket
    link = cursor.fixed(3)
    return Reader(known_bucket, salt, first_seen_at, history, prompts, pools, giving, recent, link), issued_at


def _take_history(cursor: _Cursor) -> History:
    day = cursor.number()
    days = cursor.counts(HISTORY_DAYS)
    weeks = cursor.counts(HISTORY_WEEKS)
    this_week = (day - 1) // 7
    topics: list[TopicCount] = []
    for _ in range(cursor.length(MAX_TOPIC_WEEKS)):
        topic = cursor.fixed(3)
        for _ in range(cursor.length(HISTORY_WEEKS)):
            topics.append(TopicCount(topic, this_week - cursor.byte(), cursor.byte()))
    return History(day, days, weeks, tuple(topics), cursor.fingerprints(2, MAX_PAGES_PER_WEEK), cursor.number())


def _take_prompt(cursor: _Cursor, issued_at: int) -> PromptRecord:
    campaign = cursor.fixed(3)
    variant = cursor.fixed(2)
    seen_count = cursor.number()
    ages = [_unzigzag(cursor.number()) for _ in range(cursor.length(MAX_SEEN_PER_CAMPAIGN))]
    seen_at = tuple(issued_at - age for age in reversed(ages))
    dismissed_count = cursor.number()
    dismissed_at = issued_at - _unzigzag(cursor.number()) if dismissed_count else 0
    return PromptRecord(campaign, seen_count, seen_at, dismissed_count, dismissed_at, cursor.number(), variant)


def _take_pool(cursor: _Cursor) -> PoolUse:
    pool = cursor.fixed(3)
    reads: list[FreeRead] = []
    expires_at = 0
    for _ in range(cursor.length(MAX_FREE_READS)):
        page = cursor.fixed(2)
        expires_at += _unzigzag(cursor.number())
        reads.append(FreeRead(page, expires_at))
    older_used = cursor.number()
    return PoolUse(pool, tuple(reads), older_used, cursor.number() if older_used else 0)


def _take_giving(cursor: _Cursor) -> Giving:
    recurring, interval, asked = _RECURRING[cursor.byte()], _INTERVALS[cursor.byte()], _INTERVALS[cursor.byte()]
    recurring_at, past_due_at, paid_until, ended_at, one_off_at, checkout_at = (cursor.number() for _ in range(6))
    return Giving(recurring, interval, recurring_at, past_due_at, paid_until, ended_at, one_off_at, checkout_at, asked)


_DECODERS: dict[int, Callable[[_Cursor], tuple[Reader, int]]] = {1: _decode_version_1}
