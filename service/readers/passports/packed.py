"""Lists that stay in their bytes until they are first read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

V = TypeVar("V")


class Packed(Sequence[V], Generic[V], ABC):
    """A list in bytes. It equals the tuple of its values."""

    __slots__ = ()

    @property
    @abstractmethod
    def values(self) -> tuple[V, ...]:
        """The values, read from the bytes."""

    def __iter__(self) -> Iterator[V]:
        return iter(self.values)

    @overload
    def __getitem__(self, at: int) -> V: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[V, ...]: ...
    def __getitem__(self, at: int | slice) -> V | tuple[V, ...]:
        return self.values[at]

    def __eq__(self, other: object) -> bool:
        return self.values == (other.values if isinstance(other, Packed) else other)

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return repr(self.values)


class PackedRecords(Packed[V]):
    """Records in bytes, which `unpack` reads. The first byte says how many they are."""

    __slots__ = ("_unpack", "_values", "data")

    def __init__(self, data: bytes, unpack: Callable[[bytes], tuple[V, ...]]) -> None:
        self.data, self._unpack = data, unpack
        self._values: tuple[V, ...] | None = None

    @property
    def values(self) -> tuple[V, ...]:
        if self._values is None:
            self._values = self._unpack(self.data)
        return self._values

    def __len__(self) -> int:
        return self.data[0]
