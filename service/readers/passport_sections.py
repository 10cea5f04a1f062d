"""The lists inside a passport as bytes: topics, prompts and meter pools, decoded when they are first read.

A list is a table, written column by column, big-endian; its widths are B for one byte, H for two and I for four. A
number of 24 bits takes two columns, B and H. A number that does not fit its width is written as the nearest number that
does. A list that did not change is encoded by copying its bytes, so that a page view hardly pays for the length of a
reader's history.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, chain
from struct import Struct, calcsize, error
from typing import Generic, TypeVar, overload

from service.readers.reader import (
    COUNT_LIMIT,
    FreeRead,
    PoolUse,
    PromptRecord,
    PromptRecords,
    TopicHistory,
)

V = TypeVar("V")

_HIGHEST = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}


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
        return pack_table(self._records, records) + pack_table(self._items, items)

    def unpack(self, section: Section[V]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        records = unpack_table(self._records, section.length, section.data, 0)
        items_at = self.record_bytes * section.length
        return records, unpack_table(self._items, sum(records[self._lengths]), section.data, items_at)

    def size(self, data: bytes, at: int, length: int) -> int:
        """Return the bytes that a list of this many records takes if it begins at this place."""
        lengths_at = at + self._lengths_at * length
        return self.record_bytes * length + self._item_bytes * sum(data[lengths_at : lengths_at + length])


# topic (high byte, low bytes), number of its weeks; weeks ago, count
TOPICS = _Layout("BHB", 2, "BB")
# campaign (high byte, low bytes), variant, seen count, number of seen_at kept, dismissed count, contributed count,
# dismissed at; seen at
PROMPTS = _Layout("BHHHBBBI", 4, "I")
# bytes of each record before these columns of prompts begin
_VARIANT, _SEEN_COUNT, _SEEN_LENGTH, _DISMISSED_COUNT, _CONTRIBUTED_COUNT, _DISMISSED_AT = 3, 5, 7, 8, 9, 10
# pool (high byte, low bytes), number of its reads, older used, older expires at; page, expires at
POOLS = _Layout("BHBHI", 2, "HI")


def pack_topics(topics: Sequence[TopicHistory], this_week: int) -> bytes:
    if isinstance(topics, Section) and topics.week == this_week:
        return topics.data
    names, weeks, counts = zip(*topics, strict=True)
    ago = [this_week - week for week in chain.from_iterable(weeks)]
    lengths = [len(own) for own in weeks]
    return TOPICS.pack((*_split_all(names), lengths), (ago, list(chain.from_iterable(counts))))


def unpack_topics(section: Section[TopicHistory]) -> tuple[TopicHistory, ...]:
    (highs, lows, lengths), (ago, counts) = TOPICS.unpack(section)
    weeks = tuple([section.week - weeks_ago for weeks_ago in ago])
    return tuple(map(TopicHistory, _join(highs, lows), _share_out(weeks, lengths), _share_out(counts, lengths)))


@lru_cache(maxsize=4096)
def first_article(topics: tuple[int, ...], week: int) -> Section[TopicHistory]:
    """Return the topics of a reader's first article. New readers of a page share them, so they are encoded once."""
    counted = tuple(TopicHistory(topic, (week,), (1,)) for topic in topics)
    return Section(pack_topics(counted, week), len(topics), unpack_topics, week)


def with_article_counted(topics: Section[TopicHistory], read: Iterable[int]) -> Section[TopicHistory] | None:
    """Count one more article this week on each topic that was read, in the bytes.

    Return None if a topic has no article yet this week. Most views of a busy week need no decoding then, which would
    cost about 30 µs.
    """
    highs, lows, lengths = unpack_table("BHB", topics.length, topics.data, 0)
    names, begins = _join(highs, lows), [0, *accumulate(lengths)]
    weeks_at = TOPICS.record_bytes * topics.length
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
    return Section(bytes(counted), topics.length, unpack_topics, topics.week)


def pack_prompts(prompts: Sequence[PromptRecord]) -> bytes:
    if isinstance(prompts, PromptSection):
        return prompts.data
    campaigns, seen, seen_at, dismissed, dismissed_at, contributed, variants = zip(*prompts, strict=True)
    lengths = [len(instants) for instants in seen_at]
    records = (*_split_all(campaigns), variants, seen, lengths, dismissed, contributed, dismissed_at)
    return PROMPTS.pack(records, (list(chain.from_iterable(seen_at)),))


def unpack_prompts(section: Section[PromptRecord]) -> tuple[PromptRecord, ...]:
    (highs, lows, variants, seen, lengths, dismissed, contributed, closed_at), (all_seen_at,) = PROMPTS.unpack(section)
    seen_at = _share_out(all_seen_at, lengths)
    return tuple(
        map(
            PromptRecord._make,
            zip(_join(highs, lows), seen, seen_at, dismissed, closed_at, contributed, variants, strict=True),
        )
    )


class PromptSection(Section[PromptRecord], PromptRecords):
    """Prompts in their bytes. Reading one record from the bytes saves 5 to 12 µs of a page view."""

    __slots__ = ("_known",)

    def __init__(self, data: bytes, length: int) -> None:
        super().__init__(data, length, unpack_prompts)
        self._known: dict[int, PromptRecord] = {}

    def record(self, campaign: int) -> PromptRecord:
        known = self._known.get(campaign)
        if known is None:
            place = self._place_of(campaign)
            known = self._known[campaign] = PromptRecord(campaign) if place is None else self._record(campaign, place)
        return known

    @property
    def dismissed_at(self) -> Sequence[int]:
        return _struct("I", self.length).unpack_from(self.data, _DISMISSED_AT * self.length)

    def _place_of(self, campaign: int) -> int | None:
        names = list(
            zip(self.data[: self.length], _struct("H", self.length).unpack_from(self.data, self.length), strict=True)
        )
        name = (campaign >> 16, campaign & 0xFFFF)
        return names.index(name) if name in names else None

    def _record(self, campaign: int, place: int) -> PromptRecord:
        data, length = self.data, self.length
        (variant,) = _struct("H", 1).unpack_from(data, _VARIANT * length + 2 * place)
        (seen_count,) = _struct("H", 1).unpack_from(data, _SEEN_COUNT * length + 2 * place)
        (dismissed_at,) = _struct("I", 1).unpack_from(data, _DISMISSED_AT * length + 4 * place)
        lengths_at = _SEEN_LENGTH * length
        seen_at = PROMPTS.record_bytes * length + 4 * sum(data[lengths_at : lengths_at + place])
        return PromptRecord(
            campaign,
            seen_count,
            _struct("I", data[lengths_at + place]).unpack_from(data, seen_at),
            data[_DISMISSED_COUNT * length + place],
            dismissed_at,
            data[_CONTRIBUTED_COUNT * length + place],
            variant,
        )


def pack_pools(pools: Sequence[PoolUse]) -> bytes:
    if isinstance(pools, Section):
        return pools.data
    names, reads, older_used, older_expires_at = zip(*pools, strict=True)
    records = (*_split_all(names), [len(own) for own in reads], older_used, older_expires_at)
    every = list(chain.from_iterable(reads))
    return POOLS.pack(records, ([read.page for read in every], [read.expires_at for read in every]))


def unpack_pools(section: Section[PoolUse]) -> tuple[PoolUse, ...]:
    (highs, lows, lengths, older_used, older_expires_at), items = POOLS.unpack(section)
    reads = _share_out(tuple(map(FreeRead, *items)), lengths)
    return tuple(map(PoolUse, _join(highs, lows), reads, older_used, older_expires_at))


def pack_table(widths: str, columns: Sequence[Sequence[int]]) -> bytes:
    length = len(columns[0])
    layout = _struct(widths, length)
    try:
        return layout.pack(*chain.from_iterable(columns))
    except error:
        fitted = [
            [within(number, _HIGHEST[width]) for number in column]
            for width, column in zip(widths, columns, strict=True)
        ]
        return layout.pack(*chain.from_iterable(fitted))


def unpack_table(widths: str, length: int, data: bytes, at: int) -> list[tuple[int, ...]]:
    if not length:
        return [()] * len(widths)
    values = _struct(widths, length).unpack_from(data, at)
    return [values[began : began + length] for began in range(0, len(values), length)]


@cache  # as many as there are tables and lengths
def _struct(widths: str, length: int) -> Struct:
    return Struct(">" + "".join(f"{length}{width}" for width in widths))


def within(number: int, highest: int = _HIGHEST["I"]) -> int:
    return min(max(number, 0), highest)


def _split_all(numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    return [number >> 16 for number in numbers], [number & 0xFFFF for number in numbers]


def _join(highs: Sequence[int], lows: Sequence[int]) -> list[int]:
    return [high << 16 | low for high, low in zip(highs, lows, strict=True)]


def _share_out(values: tuple[V, ...], lengths: Sequence[int]) -> list[tuple[V, ...]]:
    """Cut values into one tuple for each length."""
    return [values[end - own : end] for own, end in zip(lengths, accumulate(lengths), strict=True)]
