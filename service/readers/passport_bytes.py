"""Encode a reader as the bytes inside a passport, and decode these bytes.

The bytes are a version, a head of fixed width, then the reader's lists as tables. A table is written column by column,
big-endian; its widths are B for one byte, H for two and I for four. A number of 24 bits takes two columns, B and H. A
number that does not fit its width is written as the nearest number that does.

Topics, prompts and pools are decoded when they are first read. A list that did not change is encoded by copying its
bytes, so that a page view hardly pays for the length of a reader's history.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, chain
from struct import Struct, calcsize, error
from typing import Generic, TypeVar, overload

from service.money import Interval
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES
from service.readers.reader import (
    COUNT_LIMIT,
    NOTHING_GIVEN,
    FreeRead,
    Giving,
    History,
    PoolUse,
    PromptRecord,
    Reader,
    RecurringState,
    TopicHistory,
)
from service.readers.site_time import week_of

V = TypeVar("V")

VERSION = 1
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF
_HIGHEST = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# lengths of days, weeks, topics, pages, recent, prompts, pools, giving
_HEAD = Struct(">BIBHIIIIBH8B")
_HEAD_BYTES = _HEAD.size
_GIVING = Struct(">BBB6I")


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of this version."""


class Section(Sequence[V], Generic[V]):
    """A list that stays in its bytes until it is first read. It equals the tuple of its values.

    `week`: the week from which topics count back; not used by other lists.
    """

    __slots__ = ("_decode", "_values", "data", "length", "week")

    def __init__(
        self, data: bytes, length: int, decode: Callable[["Section[V]"], tuple[V, ...]], week: int = 0
    ) -> None:
        self.data, self.length, self.week = data, length, week
        self._decode = decode
        self._values: tuple[V, ...] | None = None

    @property
    def values(self) -> tuple[V, ...]:
        if self._values is None:
            self._values = self._decode(self)
        return self._values

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[V]:
        return iter(self.values)

    @overload
    def __getitem__(self, at: int) -> V: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[V, ...]: ...
    def __getitem__(self, at: int | slice) -> V | tuple[V, ...]:
        return self.values[at]

    def __eq__(self, other: object) -> bool:
        return self.values == (other.values if isinstance(other, Section) else other)

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return repr(self.values)


class _Layout:
    """The columns of a list: first those of its records, then those of the items that the records own.

    `lengths`: which column of the records says how many items each record owns.
    """

    def __init__(self, records: str, lengths: int, items: str) -> None:
        self._records, self._lengths, self._items = records, lengths, items
        self._lengths_at = calcsize(">" + records[:lengths])
        self.record_bytes, self._item_bytes = calcsize(">" + records), calcsize(">" + items)

    def pack(self, records: Sequence[Sequence[int]], items: Sequence[Sequence[int]]) -> bytes:
        return _pack(self._records, records) + _pack(self._items, items)

    def unpack(self, section: Section[V]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        records = _unpack(self._records, section.length, section.data, 0)
        items_at = self.record_bytes * section.length
        return records, _unpack(self._items, sum(records[self._lengths]), section.data, items_at)

    def size(self, data: bytes, at: int, length: int) -> int:
        """Return the bytes that a list of this many records takes if it begins at this place."""
        lengths_at = at + self._lengths_at * length
        return self.record_bytes * length + self._item_bytes * sum(data[lengths_at : lengths_at + length])


# topic (high byte, low bytes), number of its weeks; weeks ago, count
_TOPICS = _Layout("BHB", 2, "BB")
# campaign (high byte, low bytes), variant, seen count, number of seen_at kept, dismissed count, contributed count,
# dismissed at; seen at
_PROMPTS = _Layout("BHHHBBBI", 4, "I")
# pool (high byte, low bytes), number of its reads, older used, older expires at; page, expires at
_POOLS = _Layout("BHBHI", 2, "HI")


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    days = history.days if isinstance(history.days, bytes) else _pack("B", [history.days])
    weeks = history.weeks if isinstance(history.weeks, bytes) else _pack("B", [history.weeks])
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    giving = b"" if reader.giving is NOTHING_GIVEN else _pack_giving(reader.giving)
    head = (
        VERSION,
        issued_at,
        *_split(bucket),
        reader.salt,
        reader.first_seen_at,
        history.day,
        history.view_count,
        *_split(reader.link),
        len(days),
        len(weeks),
        len(history.topics),
        len(history.pages) // PAGE_BYTES,
        len(reader.recent) // REQUEST_BYTES,
        len(reader.prompts),
        len(reader.pools),
        len(giving),
    )
    topics = _pack_topics(history.topics, week_of(history.day)) if history.topics else b""
    prompts = _pack_prompts(reader.prompts) if reader.prompts else b""
    pools = _pack_pools(reader.pools) if reader.pools else b""
    return b"".join(
        (_pack_head(head), days, weeks, topics, history.pages, reader.recent, prompts, pools, giving),
    )


def decode(data: bytes) -> tuple[Reader, int]:
    """Return the reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] != VERSION:
        raise UnreadablePassportError("unknown version")
    try:
        return _decode(data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _decode(data: bytes) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, link_high, link_low, *lengths = _HEAD.unpack_from(
        data
    )
    days, weeks, topics, pages, recent, prompts, pools, giving = lengths
    weeks_at = _HEAD_BYTES + days
    topics_at = weeks_at + weeks
    pages_at = topics_at + (_TOPICS.size(data, topics_at, topics) if topics else 0)
    recent_at = pages_at + PAGE_BYTES * pages
    prompts_at = recent_at + REQUEST_BYTES * recent
    pools_at = prompts_at + (_PROMPTS.size(data, prompts_at, prompts) if prompts else 0)
    giving_at = pools_at + (_POOLS.size(data, pools_at, pools) if pools else 0)
    if giving_at + giving != len(data) or giving not in {0, _GIVING.size}:
        raise ValueError("cut short or too long")
    history = History(
        day,
        data[_HEAD_BYTES:weeks_at],
        data[weeks_at:topics_at],
        Section(data[topics_at:pages_at], topics, _unpack_topics, week_of(day)) if topics else (),
        data[pages_at:recent_at],
        view_count,
    )
    bucket = high << 16 | low
    reader = Reader(
        None if bucket == _NO_BUCKET else bucket,
        salt,
        first_seen_at,
        history,
        Section(data[prompts_at:pools_at], prompts, _unpack_prompts) if prompts else (),
        Section(data[pools_at:giving_at], pools, _unpack_pools) if pools else (),
        _unpack_giving(data[giving_at:]) if giving else NOTHING_GIVEN,
        data[recent_at:prompts_at],
        link_high << 16 | link_low,
    )
    return reader, issued_at


def _pack_topics(topics: Sequence[TopicHistory], this_week: int) -> bytes:
    if isinstance(topics, Section) and topics.week == this_week:
        return topics.data
    names, weeks, counts = zip(*topics, strict=True)
    ago = [this_week - week for week in chain.from_iterable(weeks)]
    lengths = [len(own) for own in weeks]
    return _TOPICS.pack((*_split_all(names), lengths), (ago, list(chain.from_iterable(counts))))


def _unpack_topics(section: Section[TopicHistory]) -> tuple[TopicHistory, ...]:
    (highs, lows, lengths), (ago, counts) = _TOPICS.unpack(section)
    weeks = tuple([section.week - weeks_ago for weeks_ago in ago])
    return tuple(map(TopicHistory, _join(highs, lows), _share_out(weeks, lengths), _share_out(counts, lengths)))


def with_article_counted(topics: Section[TopicHistory], read: Iterable[int]) -> Section[TopicHistory] | None:
    """Count one more article this week on each topic that was read, in the bytes.

    Return None if a topic has no article yet this week. Most views of a busy week need no decoding then, which would
    cost about 30 µs.
    """
    highs, lows, lengths = _unpack("BHB", topics.length, topics.data, 0)
    names, begins = _join(highs, lows), [0, *accumulate(lengths)]
    weeks_at = _TOPICS.record_bytes * topics.length
    counts_at = (weeks_at + len(topics.data)) // 2
    counted = bytearray(topics.data)
    for topic in read:
        if topic not in names:
            return None
        newest_at = begins[names.index(topic)]
        if counted[weeks_at + newest_at]:
            return None
        if counted[counts_at + newest_at] < COUNT_LIMIT:
            counted[counts_at + newest_at] += 1
    return Section(bytes(counted), topics.length, _unpack_topics, topics.week)


def _pack_prompts(prompts: Sequence[PromptRecord]) -> bytes:
    if isinstance(prompts, Section):
        return prompts.data
    campaigns, seen, seen_at, dismissed, dismissed_at, contributed, variants = zip(*prompts, strict=True)
    lengths = [len(instants) for instants in seen_at]
    records = (*_split_all(campaigns), variants, seen, lengths, dismissed, contributed, dismissed_at)
    return _PROMPTS.pack(records, (list(chain.from_iterable(seen_at)),))


def _unpack_prompts(section: Section[PromptRecord]) -> tuple[PromptRecord, ...]:
    (highs, lows, variants, seen, lengths, dismissed, contributed, closed_at), (all_seen_at,) = _PROMPTS.unpack(section)
    seen_at = _share_out(all_seen_at, lengths)
    return tuple(
        map(
            PromptRecord._make,
            zip(_join(highs, lows), seen, seen_at, dismissed, closed_at, contributed, variants, strict=True),
        )
    )


def _pack_pools(pools: Sequence[PoolUse]) -> bytes:
    if isinstance(pools, Section):
        return pools.data
    names, reads, older_used, older_expires_at = zip(*pools, strict=True)
    records = (*_split_all(names), [len(own) for own in reads], older_used, older_expires_at)
    every = list(chain.from_iterable(reads))
    return _POOLS.pack(records, ([read.page for read in every], [read.expires_at for read in every]))


def _unpack_pools(section: Section[PoolUse]) -> tuple[PoolUse, ...]:
    (highs, lows, lengths, older_used, older_expires_at), items = _POOLS.unpack(section)
    reads = _share_out(tuple(map(FreeRead, *items)), lengths)
    return tuple(map(PoolUse, _join(highs, lows), reads, older_used, older_expires_at))


def _pack_head(values: tuple[int, ...]) -> bytes:
    try:
        return _HEAD.pack(*values)
    except error:
        return _HEAD.pack(*map(_within, values))


def _pack_giving(giving: Giving) -> bytes:
    if giving == NOTHING_GIVEN:
        return b""
    return _GIVING.pack(
        _RECURRING.index(giving.recurring),
        _INTERVALS.index(giving.recurring_interval),
        _INTERVALS.index(giving.checkout_interval),
        _within(giving.recurring_at),
        _within(giving.past_due_at),
        _within(giving.paid_until),
        _within(giving.ended_at),
        _within(giving.one_off_at),
        _within(giving.checkout_at),
    )


def _unpack_giving(packed: bytes) -> Giving:
    recurring, interval, checkout_interval, *instants = _GIVING.unpack(packed)
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
        _INTERVALS[checkout_interval],
    )


def _pack(widths: str, columns: Sequence[Sequence[int]]) -> bytes:
    length = len(columns[0])
    layout = _struct(widths, length)
    try:
        return layout.pack(*chain.from_iterable(columns))
    except error:
        fitted = [
            [_within(number, _HIGHEST[width]) for number in column]
            for width, column in zip(widths, columns, strict=True)
        ]
        return layout.pack(*chain.from_iterable(fitted))


def _unpack(widths: str, length: int, data: bytes, at: int) -> list[tuple[int, ...]]:
    if not length:
        return [()] * len(widths)
    values = _struct(widths, length).unpack_from(data, at)
    return [values[began : began + length] for began in range(0, len(values), length)]


@cache  # as many as there are tables and lengths
def _struct(widths: str, length: int) -> Struct:
    return Struct(">" + "".join(f"{length}{width}" for width in widths))


def _within(number: int, highest: int = _HIGHEST["I"]) -> int:
    return min(max(number, 0), highest)


def _split(number: int) -> tuple[int, int]:
    return number >> 16, number & 0xFFFF


def _split_all(numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    return [number >> 16 for number in numbers], [number & 0xFFFF for number in numbers]


def _join(highs: Sequence[int], lows: Sequence[int]) -> list[int]:
    return [high << 16 | low for high, low in zip(highs, lows, strict=True)]


def _share_out(values: tuple[V, ...], lengths: Sequence[int]) -> list[tuple[V, ...]]:
    """Cut values into one tuple for each length."""
    return [values[end - own : end] for own, end in zip(lengths, accumulate(lengths), strict=True)]
