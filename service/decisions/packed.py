"""Lists of a reader that still lie in the bytes of a passport, and are read when they are first looked at.

A page view looks at few of them and changes fewer; the others go on into the next passport as they are. Each is the
sequence it stands for, and equal to it. What quicker ways of its subclasses give is what the plain ones give; a test
holds them equal.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

V = TypeVar("V")


class Packed(Sequence[V], Generic[V]):
    """`data`: the bytes of `length` values, as the codec wrote them."""

    __slots__ = ("_values", "data", "length")

    def __init__(self, data: bytes, length: int) -> None:
        self.data, self.length = data, length
        self._values: tuple[V, ...] | None = None

    @abstractmethod
    def _read(self) -> tuple[V, ...]: ...

    @property
    def values(self) -> tuple[V, ...]:
        if self._values is None:
            self._values = self._read()
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
