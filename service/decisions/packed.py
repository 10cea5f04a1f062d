"""Lists of a reader that still lie in the bytes of a passport, and are read when they are first looked at.

A page view looks at few of them and changes fewer; the others go on into the next passport as they are. Each is the
sequence it stands for, and equal to it. What the quick ways below give is what the plain ones give; a test holds them
equal.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from struct import Struct
from typing import Any, Generic, TypeVar, overload

from service.decisions.reader import COUNT_LIMIT, PromptRecord, PromptRecords, TopicHistory

V = TypeVar("V")
_PROMPT_COLUMNS = "BHHHBBBI"


class Packed(Sequence[V], Generic[V]):
    """`data`: the bytes of `length` values, as the codec wrote them; `read` makes the values of them."""

    __slots__ = ("_read", "_values", "data", "length")

    def __init__(self, data: bytes, length: int, read: Callable[[bytes], tuple[V, ...]]) -> None:
        self.data, self.length, self._read = data, length, read
        self._values: tuple[V, ...] | None = None

    @property
    def values(self) -> tuple[V, ...]:
        if self._values is None:
            self._values = self._read(self.data)
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

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def __eq__(self, other: object) -> bool:
        return self.values == (other.values if isinstance(other, Packed) else other)

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return repr(self.values)


class PackedCounts(Packed[int]):
    """Counts of a byte each, newest first; never empty."""

    __slots__ = ()

    def __init__(self, data: bytes) -> None:
        super().__init__(data, len(data), tuple)

    def total(self, newest: int) -> int:
        return sum(self.data[:newest])

    def later(self, gone: int, kept: int) -> "PackedCounts":
        return PackedCounts((bytes(min(gone, kept)) + self.data)[:kept])

    def one_more(self) -> "PackedCounts":
        return PackedCounts(bytes((min(self.data[0] + 1, COUNT_LIMIT),)) + self.data[1:])


class PackedTopics(Packed[TopicHistory]):
    """Topics with their weeks and counts: columns of the topics, then of how many weeks ago, then of how many articles.

    `week` is the one that is 0 weeks ago.
    """

    __slots__ = ("week",)

    def __init__(self, data: bytes, length: int, week: int, read: Callable[[bytes], tuple[TopicHistory, ...]]) -> None:
        super().__init__(data, length, read)
        self.week = week

    def one_more(self, topics: Iterable[int]) -> "PackedTopics | None":
        """One article more this week on each topic; None where one of them has none yet this week."""
        length = self.length
        columns = _topic_columns(length).unpack_from(self.data)
        highs, lows, lengths = columns[:length], columns[length : 2 * length], columns[2 * length :]
        weeks_at = 4 * length
        counts_at = (weeks_at + len(self.data)) // 2
        changed = bytearray(self.data)
        for topic in topics:
            low = topic & 0xFFFF
            if low not in lows:
                return None
            place = lows.index(low)
            at = sum(lengths[:place])
            if highs[place] != topic >> 16 or changed[weeks_at + at]:
                return None
            if changed[counts_at + at] < COUNT_LIMIT:
                changed[counts_at + at] += 1
        return PackedTopics(bytes(changed), length, self.week, self._read)


class PackedPrompts(Packed[PromptRecord], PromptRecords):
    """Records of prompts: their columns, then the instants at which each was seen, one after another."""

    __slots__ = ("_columns",)

    def __init__(self, data: bytes, length: int, read: Callable[[bytes], tuple[PromptRecord, ...]]) -> None:
        super().__init__(data, length, read)
        self._columns: tuple[int, ...] | None = None

    def record(self, campaign: int) -> PromptRecord:
        values, length = self._all_columns(), self.length
        lows = values[length : 2 * length]
        low, start = campaign & 0xFFFF, 0
        while low in lows[start:]:
            place = lows.index(low, start)
            if values[place] == campaign >> 16:
                return self._record(campaign, values, place)
            start = place + 1
        return PromptRecord(campaign)

    @property
    def closed_at(self) -> Sequence[int]:
        return self._all_columns()[7 * self.length :]

    def _all_columns(self) -> tuple[Any, ...]:
        if self._columns is None:
            self._columns = _prompt_columns(self.length).unpack_from(self.data)
        return self._columns

    def _record(self, campaign: int, values: tuple[Any, ...], place: int) -> PromptRecord:
        length = self.length
        _, _, variant, seen_count, kept, dismissed, contributed, dismissed_at = values[place::length]
        first = sum(values[4 * length : 4 * length + place])
        seen_at = _instants(kept).unpack_from(self.data, _prompt_columns(length).size + 4 * first)
        return PromptRecord(campaign, seen_count, seen_at, dismissed, dismissed_at, contributed, variant)


@cache
def _topic_columns(length: int) -> Struct:
    return Struct(f">{length}B{length}H{length}B")


@cache
def _prompt_columns(length: int) -> Struct:
    return Struct(">" + "".join(f"{length}{width}" for width in _PROMPT_COLUMNS))


@cache
def _instants(length: int) -> Struct:
    return Struct(f">{length}I")
