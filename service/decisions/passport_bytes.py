"""Columns of numbers as bytes, big-endian. A number that does not fit its width stops at the nearest that does."""

from collections.abc import Sequence
from functools import cache
from struct import Struct, error

_BYTE, _SHORT, _LONG = 0xFF, 0xFFFF, 0xFFFFFFFF


def bytes_of(numbers: Sequence[int]) -> bytes:
    try:
        return bytes(numbers)
    except ValueError:
        return bytes([_within(number, _BYTE) for number in numbers])


def shorts(numbers: Sequence[int]) -> bytes:
    return _packed("H", numbers, _SHORT)


def longs(numbers: Sequence[int]) -> bytes:
    return _packed("I", numbers, _LONG)


def threes(numbers: Sequence[int]) -> bytes:
    """Numbers of three bytes: their high bytes, then their low ones."""
    return bytes([number >> 16 for number in numbers]) + shorts([number & _SHORT for number in numbers])


def split(number: int) -> tuple[int, int]:
    """A number of three bytes as its high byte and its two low ones."""
    return number >> 16, number & _SHORT


def instant_of(number: int) -> int:
    """Seconds since 1970, or any count, as far as four bytes reach."""
    return _within(number, _LONG)


class Columns:
    """A position in the bytes; reading past the end raises ValueError or struct.error."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def bytes(self, length: int) -> bytes:
        began, self._at = self._at, self._at + length
        if self._at > len(self._data):
            raise ValueError("cut short")
        return self._data[began : self._at]

    def shorts(self, length: int) -> tuple[int, ...]:
        return self._numbers(length, "H")

    def longs(self, length: int) -> tuple[int, ...]:
        return self._numbers(length, "I")

    def threes(self, length: int) -> tuple[int, ...]:
        highs = self.bytes(length)
        return tuple([high << 16 | low for high, low in zip(highs, self.shorts(length), strict=True)])

    def _numbers(self, length: int, code: str) -> tuple[int, ...]:
        layout = _layout(length, code)
        values = layout.unpack_from(self._data, self._at)
        self._at += layout.size
        return values


@cache  # as many as lists have lengths
def _layout(length: int, code: str) -> Struct:
    return Struct(f">{length}{code}")


def _packed(code: str, numbers: Sequence[int], highest: int) -> bytes:
    layout = _layout(len(numbers), code)
    try:
        return layout.pack(*numbers)
    except error:
        return layout.pack(*[_within(number, highest) for number in numbers])


def _within(number: int, highest: int) -> int:
    return min(max(number, 0), highest)
