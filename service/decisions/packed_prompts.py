"""Records of prompts in the bytes of a passport: their columns, then the instants each was seen, one after another."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from struct import Struct, calcsize

from service.decisions.passport_bytes import Tables, joined, shared_out, split_all, table
from service.decisions.reader import PromptRecord, PromptRecords

# campaign (high byte, low bytes), variant, seen count, number of seen_at kept, dismissed count, contributed count,
# dismissed at
_RECORDS = "BHHHBBBI"
_SEEN = "I"
_RECORD_BYTES, _SEEN_BYTES = calcsize(">" + _RECORDS), calcsize(">" + _SEEN)
# where each of these columns begins, as so many bytes for each record
_VARIANT, _SEEN_COUNT, _SEEN_LENGTH, _CLOSED_COUNT, _CONTRIBUTED_COUNT, _CLOSED_AT = 3, 5, 7, 8, 9, 10


class PackedPrompts(PromptRecords):
    """Knows quick ways to one campaign's record, and to when prompts were closed."""

    __slots__ = ("_known",)

    def __init__(self, data: bytes, length: int) -> None:
        self.data, self.length, self._values = data, length, None
        self._known: dict[int, PromptRecord] = {}

    def _read(self) -> tuple[PromptRecord, ...]:
        tables = Tables(self.data)
        highs, lows, variants, seen, lengths, dismissed, contributed, closed_at = tables.take(_RECORDS, self.length)
        seen_at = shared_out(tables.take(_SEEN, sum(lengths))[0], lengths)
        return tuple(map(PromptRecord, joined(highs, lows), seen, seen_at, dismissed, closed_at, contributed, variants))

    def record(self, campaign: int) -> PromptRecord:
        known = self._known.get(campaign)
        if known is None:
            place = self._place_of(campaign)
            known = self._known[campaign] = PromptRecord(campaign) if place is None else self._record(campaign, place)
        return known

    @property
    def closed_at(self) -> Sequence[int]:
        return _instants(self.length).unpack_from(self.data, _CLOSED_AT * self.length)

    def _place_of(self, campaign: int) -> int | None:
        data, length = self.data, self.length
        high, low = campaign >> 16, (campaign & 0xFFFF).to_bytes(2, "big")
        at = data.find(low, length, 3 * length)
        while at >= 0:
            place, is_between = divmod(at - length, 2)
            if not is_between and data[place] == high:
                return place
            at = data.find(low, at + 1, 3 * length)
        return None

    def _record(self, campaign: int, place: int) -> PromptRecord:
        data, length = self.data, self.length
        (variant,) = _counts(1).unpack_from(data, _VARIANT * length + 2 * place)
        (seen_count,) = _counts(1).unpack_from(data, _SEEN_COUNT * length + 2 * place)
        (closed_at,) = _instants(1).unpack_from(data, _CLOSED_AT * length + 4 * place)
        lengths_at = _SEEN_LENGTH * length
        seen_at = _RECORD_BYTES * length + _SEEN_BYTES * sum(data[lengths_at : lengths_at + place])
        return PromptRecord(
            campaign,
            seen_count,
            _instants(data[lengths_at + place]).unpack_from(data, seen_at),
            data[_CLOSED_COUNT * length + place],
            closed_at,
            data[_CONTRIBUTED_COUNT * length + place],
            variant,
        )


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
    lengths_at = at + _SEEN_LENGTH * length
    return _RECORD_BYTES * length + _SEEN_BYTES * sum(data[lengths_at : lengths_at + length])


@cache
def _counts(length: int) -> Struct:
    return Struct(f">{length}H")


@cache
def _instants(length: int) -> Struct:
    return Struct(f">{length}I")
