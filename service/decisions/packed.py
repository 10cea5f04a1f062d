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
        super().__init__(data, len(data), tuple)

    def total(self, newest: int) -> int:
        return sum(self.data[:newest])

    def later(self, gone: int, kept: int) -> "PackedCounts":
        return PackedCounts((bytes(min(gone, kept)) + self.data)[:kept])

    def one_more(self) -> "PackedCounts":
        return PackedCounts(bytes((min(self.data[0] + 1, BYTE_LIMIT),)) + self.data[1:])
