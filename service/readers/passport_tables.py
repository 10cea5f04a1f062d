"""Tables of numbers in bytes: written column by column, big-endian, and read only when first needed.

The widths of columns are B for one byte, H for two and I for four. A number of 24 bits takes two columns, B and H. A
number that does not fit its width is written as the nearest number that does.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, chain
from struct import Struct, calcsize, error
from typing import Generic, TypeVar, overload

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


class ListLayout:
    """The columns of a list: first those of its records, then those of the items that belong to the records.

    `lengths`: which column of the records says how many items belong to each record.
    """

    def __init__(self, records: str, lengths: int, items: str) -> None:
        self._records, self._lengths, self._items = records, lengths, items
        self._lengths_at = calcsize(">" + records[:lengths])
        self.record_bytes, self._item_bytes = calcsize(">" + records), calcsize(">" + items)

    def pack(self, records: Sequence[Sequence[int]], items: Sequence[Sequence[int]]) -> bytes:
        return pack(self._records, records) + pack(self._items, items)

    def unpack(self, section: Section[V]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        records = unpack(self._records, section.length, section.data, 0)
        items_at = self.record_bytes * section.length
        return records, unpack(self._items, sum(records[self._lengths]), section.data, items_at)

    def size(self, data: bytes, at: int, length: int) -> int:
        """Return the bytes that a list of this many records takes if it begins at this place."""
        lengths_at = at + self._lengths_at * length
        return self.record_bytes * length + self._item_bytes * sum(data[lengths_at : lengths_at + length])


def pack(widths: str, columns: Sequence[Sequence[int]]) -> bytes:
    """Write columns of equal length; `widths` has a letter for each column."""
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


def unpack(widths: str, length: int, data: bytes, at: int) -> list[tuple[int, ...]]:
    """Read columns of `length` numbers that begin at a place in the bytes."""
    if not length:
        return [()] * len(widths)
    values = _struct(widths, length).unpack_from(data, at)
    return [values[start : start + length] for start in range(0, len(values), length)]


@cache  # bounded: the tables are few and their lengths are one byte
def _struct(widths: str, length: int) -> Struct:
    return Struct(">" + "".join(f"{length}{width}" for width in widths))


def within(number: int, highest: int = _HIGHEST["I"]) -> int:
    """Return the nearest number from 0 to `highest`."""
    return min(max(number, 0), highest)


def split(number: int) -> tuple[int, int]:
    """Split a number of 24 bits into its high byte and its two low bytes."""
    return number >> 16, number & 0xFFFF


def split_all(numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    """Split numbers of 24 bits into a column of high bytes and a column of low bytes."""
    return [number >> 16 for number in numbers], [number & 0xFFFF for number in numbers]


def join(highs: Sequence[int], lows: Sequence[int]) -> list[int]:
    """Join the columns that `split_all` made."""
    return [high << 16 | low for high, low in zip(highs, lows, strict=True)]


def share_out(values: tuple[V, ...], lengths: Sequence[int]) -> list[tuple[V, ...]]:
    """Cut values into one tuple for each length."""
    return [values[end - length : end] for length, end in zip(lengths, accumulate(lengths), strict=True)]
