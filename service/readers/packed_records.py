"""Records of prompts and of free articles, as the values that rules read and as the bytes that a passport holds.

Most requests change no record, and many decisions ask about none. So a reader holds the bytes, and the records are read
from them when they are first needed. The bytes are the number of records, the records, and then the items of all
records; each record says how many are its own. A number beyond its width is written as the nearest number that fits.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from struct import Struct as Layout
from struct import unpack, unpack_from

from msgspec import Struct

COUNT_LIMIT = 255  # counts of a day, of a week, of dismissals and of contributions stop here
SEEN_LIMIT = 65_535  # counts of the impressions of a campaign, and of older free articles, stop here
_INSTANT_LIMIT = 0xFFFFFFFF

_PROMPT = Layout(">IHHBBI")  # campaign and number of impressions, variant, seen, dismissed, contributed, dismissed at
_CAMPAIGN_BYTES = 3  # at the beginning of a record; the next byte is the number of its impressions
_POOL = Layout(">IHI")  # pool and number of free reads, older used, older expires at
_FREE_READ = Layout(">HI")  # page, expires at


class PromptRecord(Struct, frozen=True, gc=False):
    """A reader's record of a campaign's prompts. `seen_at`: the latest impressions, oldest first."""

    campaign: int
    seen_count: int = 0
    seen_at: tuple[int, ...] = ()
    dismissed_count: int = 0
    dismissed_at: int = 0
    contributed_count: int = 0
    variant: int = 0  # fingerprint of the variant first seen as part of its experiment; 0 = none


class FreeRead(Struct, frozen=True, gc=False, array_like=True):
    """A free article spent from a meter. Until `expires_at` it counts as spent and can be read again."""

    page: int
    expires_at: int


class PoolUse(Struct, frozen=True, gc=False):
    """The free articles spent from a meter pool, oldest first.

    `older_used`: the number of reads kept only as a count; they all expire at `older_expires_at`.
    """

    pool: int
    reads: tuple[FreeRead, ...] = ()
    older_used: int = 0
    older_expires_at: int = 0


def packed_prompts(records: Sequence[PromptRecord]) -> bytes:
    """Return the bytes of records of prompts: their number, the records, and the instants of the impressions."""
    if not records:
        return b""
    rows, seen_at = [bytes((len(records),))], list[int]()
    for record in records:
        rows.append(
            _PROMPT.pack(
                record.campaign << 8 | len(record.seen_at),
                record.variant,
                min(record.seen_count, SEEN_LIMIT),
                min(record.dismissed_count, COUNT_LIMIT),
                min(record.contributed_count, COUNT_LIMIT),
                instant_within(record.dismissed_at),
            )
        )
        seen_at += map(instant_within, record.seen_at)
    return b"".join(rows) + Layout(f">{len(seen_at)}I").pack(*seen_at)


def unpacked_prompts(packed: bytes) -> tuple[PromptRecord, ...]:
    """Return the records that `packed_prompts` packed."""
    if not packed:
        return ()
    seen_from = 1 + _PROMPT.size * packed[0]
    seen_at = unpack(f">{(len(packed) - seen_from) // 4}I", packed[seen_from:])
    records, at = list[PromptRecord](), 0
    for row, variant, seen, dismissed, contributed, dismissed_at in _PROMPT.iter_unpack(packed[1:seen_from]):
        end = at + (row & 0xFF)
        own = seen_at[at:end]
        records.append(PromptRecord(row >> 8, seen, own, dismissed, dismissed_at, contributed, variant))
        at = end
    return tuple(records)


def unpacked_prompt(packed: bytes, campaign: int) -> PromptRecord:
    """Return the record of a campaign, or an empty one if there is none, and leave the other records packed."""
    if not packed:
        return PromptRecord(campaign)
    seen_from, key = 1 + _PROMPT.size * packed[0], campaign.to_bytes(_CAMPAIGN_BYTES, "big")
    at = packed.find(key, 1, seen_from)
    while at % _PROMPT.size != 1:
        if at < 0:
            return PromptRecord(campaign)
        at = packed.find(key, at + 1, seen_from)
    row, variant, seen, dismissed, contributed, dismissed_at = _PROMPT.unpack_from(packed, at)
    before = sum(packed[1 + _CAMPAIGN_BYTES : at : _PROMPT.size])
    seen_at = unpack_from(f">{row & 0xFF}I", packed, seen_from + before * 4)
    return PromptRecord(campaign, seen, seen_at, dismissed, dismissed_at, contributed, variant)


def packed_pools(pools: Sequence[PoolUse]) -> bytes:
    """Return the bytes of pools: their number, the pools, and the free reads."""
    if not pools:
        return b""
    rows = [bytes((len(pools),))]
    for use in pools:
        older_used = min(use.older_used, SEEN_LIMIT)
        rows.append(_POOL.pack(use.pool << 8 | len(use.reads), older_used, instant_within(use.older_expires_at)))
    return b"".join(rows) + b"".join(_packed_reads(read for use in pools for read in use.reads))


def unpacked_pools(packed: bytes) -> tuple[PoolUse, ...]:
    """Return the pools that `packed_pools` packed."""
    if not packed:
        return ()
    reads_from = 1 + _POOL.size * packed[0]
    reads = iter([FreeRead(*read) for read in _FREE_READ.iter_unpack(packed[reads_from:])])
    return tuple(
        PoolUse(row >> 8, tuple(islice(reads, row & 0xFF)), older_used, older_expires_at)
        for row, older_used, older_expires_at in _POOL.iter_unpack(packed[1:reads_from])
    )


def _packed_reads(reads: Iterable[FreeRead]) -> Iterable[bytes]:
    return (_FREE_READ.pack(read.page, instant_within(read.expires_at)) for read in reads)


def instant_within(instant: int) -> int:
    """Return the nearest instant that four bytes hold."""
    return min(max(instant, 0), _INSTANT_LIMIT)
