"""Topics and prompts in the bytes of a passport (`packed.py`), with quick ways to what a page view asks of them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from struct import Struct
from typing import Any

from service.decisions.packed import Packed
from service.decisions.reader import COUNT_LIMIT, PromptRecord, PromptRecords, TopicHistory

# campaign (high byte, low bytes), variant, seen count, number of seen_at kept, dismissed count, contributed count,
# dismissed at
PROMPT_COLUMNS = "BHHHBBBI"


class PackedTopics(Packed[TopicHistory]):
    """Topics with their weeks and counts: columns of the topics, then of how many weeks ago, then of how many articles.

    `week` is the one that is 0 weeks ago.
    """

    __slots__ = ("week",)

    def __init__(self, data: bytes, length: int, week: int, read: Callable[[bytes], tuple[TopicHistory, ...]]) -> None:
        self.data, self.length, self._read, self._values, self.week = data, length, read, None, week

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


class PackedPrompts(PromptRecords):
    """Records of prompts: their columns, then the instants at which each was seen, one after another."""

    __slots__ = ("_columns", "_known")

    def __init__(self, data: bytes, length: int, read: Callable[[bytes], tuple[PromptRecord, ...]]) -> None:
        self.data, self.length, self._read, self._values = data, length, read, None
        self._columns: tuple[int, ...] | None = None
        self._known: dict[int, PromptRecord] = {}

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
    return Struct(">" + "".join(f"{length}{width}" for width in PROMPT_COLUMNS))


@cache
def _instants(length: int) -> Struct:
    return Struct(f">{length}I")
