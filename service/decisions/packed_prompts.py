"""Records of prompts in the bytes of a passport: their columns, then the instants each was seen, one after another."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from struct import Struct, calcsize
from typing import Any

from service.decisions.passport_bytes import Tables, joined, shared_out, split_all, table
from service.decisions.reader import PromptRecord, PromptRecords

# campaign (high byte, low bytes), variant, seen count, number of seen_at kept, dismissed count, contributed count,
# dismissed at
_RECORDS = "BHHHBBBI"
_SEEN = "I"
_RECORD_BYTES, _SEEN_BYTES = calcsize(">" + _RECORDS), calcsize(">" + _SEEN)


class PackedPrompts(PromptRecords):
    """Knows quick ways to one campaign's record, and to when prompts were closed."""

    __slots__ = ("_columns", "_known")

    def __init__(self, data: bytes, length: int) -> None:
        self.data, self.length, self._values = data, length, None
        self._columns: tuple[int, ...] | None = None
        self._known: dict[int, PromptRecord] = {}

    def _read(self) -> tuple[PromptRecord, ...]:
        tables = Tables(self.data)
        highs, lows, variants, seen, lengths, dismissed, contributed, closed_at = tables.take(_RECORDS, self.length)
        seen_at = shared_out(tables.take(_SEEN, sum(lengths))[0], lengths)
        return tuple(map(PromptRecord, joined(highs, lows), seen, seen_at, dismissed, closed_at, contributed, variants))

    def record(self, campaign: int) -> PromptRecord:
        known = self._known.get(campaign)
        if known is None:
            known = self._known[campaign] = self._found(campaign)
        return known

    def _found(self, campaign: int) -> PromptRecord:
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

    @property
    def seen_counts(self) -> Sequence[int]:
        return self._all_columns()[3 * self.length : 4 * self.length]

    def _all_columns(self) -> tuple[Any, ...]:
        if self._columns is None:
            self._columns = _columns_of(self.length).unpack_from(self.data)
        return self._columns

    def _record(self, campaign: int, values: tuple[Any, ...], place: int) -> PromptRecord:
        length = self.length
        _, _, variant, seen_count, kept, dismissed, contributed, dismissed_at = values[place::length]
        first = sum(values[4 * length : 4 * length + place])
        seen_at = _instants(kept).unpack_from(self.data, _columns_of(length).size + 4 * first)
        return PromptRecord(campaign, seen_count, seen_at, dismissed, dismissed_at, contributed, variant)


def pack_prompts(prompts: Sequence[PromptRecord]) -> tuple[bytes, int]:
    """The bytes, and how many records they are."""
    if type(prompts) is PackedPrompts:
        return prompts.data, prompts.length
    if not prompts:
        return b"", 0
    campaigns, seen, seen_at, dismissed, dismissed_at, contributed, variants = zip(*prompts, strict=True)
    lengths = [len(instants) for instants in seen_at]
    records = table(_RECORDS, *split_all(campaigns), variants, seen, lengths, dismissed, contributed, dismissed_at)
    return records + table(_SEEN, list(chain.from_iterable(seen_at))), len(prompts)


def size_of_prompts(data: bytes, at: int, length: int) -> int:
    """How many bytes the table that begins here takes."""
    lengths_at = at + 7 * length
    return _RECORD_BYTES * length + _SEEN_BYTES * sum(data[lengths_at : lengths_at + length])


@cache
def _columns_of(length: int) -> Struct:
    return Struct(">" + "".join(f"{length}{width}" for width in _RECORDS))


@cache
def _instants(length: int) -> Struct:
    return Struct(f">{length}I")
