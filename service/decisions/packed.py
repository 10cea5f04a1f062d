"""Lists of a reader that still lie in the bytes of a passport, and are read when they are first looked at.

A page view looks at few of them and changes fewer; the others go on into the next passport as they are. Each is the
sequence it stands for, and equal to it. What the quick ways below give is what the plain ones give; a test holds them
equal.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

V = TypeVar("V")
BYTE_LIMIT = 255


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
        self.data, self.length, self._read, self._values = data, len(data), tuple, None

    def total(self, newest: int) -> int:
        return sum(self.data[:newest])

    def later(self, gone: int, kept: int) -> "PackedCounts":
        return PackedCounts((bytes(min(gone, kept)) + self.data)[:kept])

    def one_more(self) -> "PackedCounts":
        return PackedCounts(bytes((min(self.data[0] + 1, BYTE_LIMIT),)) + self.data[1:])


class PackedPrints(Packed[int]):
    """Fingerprints of three bytes, oldest first: the column of their high bytes, then that of their two low ones."""

    __slots__ = ()

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int):
            return False
        high, low = value >> 16, (value & 0xFFFF).to_bytes(2, "big")
        data, length = self.data, self.length
        at = data.find(low, length)
        while at >= 0:
            place, is_between = divmod(at - length, 2)
            if not is_between and data[place] == high:
                return True
            at = data.find(low, at + 1)
        return False

    def followed_by(self, value: int, kept: int) -> "PackedPrints":
        """With one more; of more than `kept` the oldest are forgotten."""
        data, length = self.data, self.length
        gone = max(0, length + 1 - kept)
        highs = data[gone:length] + bytes((value >> 16,))
        lows = data[length + 2 * gone :] + (value & 0xFFFF).to_bytes(2, "big")
        return PackedPrints(highs + lows, length + 1 - gone, self._read)


class PackedPages(Packed[int]):
    """Fingerprints of two bytes, in order of size."""

    __slots__ = ()

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int):
            return False
        wanted = value.to_bytes(2, "big")
        at = self.data.find(wanted)
        while at % 2 == 1 and at > 0:
            at = self.data.find(wanted, at + 1)
        return at >= 0
