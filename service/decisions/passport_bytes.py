"""Tables of numbers as bytes: column by column, big-endian, B one byte, H two, I four.

A number that does not fit its width stops at the nearest that does.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, chain
from struct import Struct, error
from typing import TypeVar

V = TypeVar("V")

_HIGHEST = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}


def table(widths: str, *columns: Sequence[int]) -> bytes:
    """The bytes of columns of one length, each of its width."""
    length = len(columns[0])
    if not length:
        return b""
    layout = _layout(widths, length)
    try:
        return layout.pack(*chain.from_iterable(columns))
    except error:
        fitted = [
            [within(number, _HIGHEST[width]) for number in column]
            for width, column in zip(widths, columns, strict=True)
        ]
        return layout.pack(*chain.from_iterable(fitted))


def within(number: int, highest: int = _HIGHEST["I"]) -> int:
    return min(max(number, 0), highest)


def split_all(numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    return [number >> 16 for number in numbers], [number & 0xFFFF for number in numbers]


def joined(highs: Sequence[int], lows: Sequence[int]) -> tuple[int, ...]:
    return tuple([high << 16 | low for high, low in zip(highs, lows, strict=True)])


def shared_out(values: tuple[V, ...], lengths: Sequence[int]) -> list[tuple[V, ...]]:
    """Each owner's part of values that lie one owner's after the other's."""
    return [values[end - own : end] for own, end in zip(lengths, accumulate(lengths), strict=True)]


class Tables:
    """A position in the bytes; reading past the end raises struct.error."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, widths: str, length: int) -> list[tuple[int, ...]]:
        """The next table's columns."""
        if not length:
            return [()] * len(widths)
        layout = _layout(widths, length)
        values = layout.unpack_from(self._data, self._at)
        self._at += layout.size
        return [values[began : began + length] for began in range(0, len(values), length)]


@cache  # as many as there are tables and lengths
def _layout(widths: str, length: int) -> Struct:
    return Struct(">" + "".join(f"{length}{width}" for width in widths))
