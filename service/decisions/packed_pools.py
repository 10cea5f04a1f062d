"""Meter pools in the bytes of a passport: columns of the pools, then those of their free reads."""

from collections.abc import Sequence
from itertools import chain
from struct import calcsize

from service.decisions.packed import Packed
from service.decisions.passport_bytes import Tables, joined, shared_out, split_all, table
from service.decisions.reader import FreeRead, PoolUse

_POOLS = "BHBHI"  # pool (high byte, low bytes), number of its reads, older used, older expires at
_READS = "HI"  # page, expires at
_POOL_BYTES, _READ_BYTES = calcsize(">" + _POOLS), calcsize(">" + _READS)


class PackedPools(Packed[PoolUse]):
    __slots__ = ()

    def _read(self) -> tuple[PoolUse, ...]:
        tables = Tables(self.data)
        highs, lows, lengths, older_used, older_expires_at = tables.take(_POOLS, self.length)
        reads = tuple(map(FreeRead, *tables.take(_READS, sum(lengths))))
        return tuple(map(PoolUse, joined(highs, lows), shared_out(reads, lengths), older_used, older_expires_at))


def pack_pools(pools: Sequence[PoolUse]) -> tuple[bytes, int]:
    """The bytes, and how many pools they are."""
    if type(pools) is PackedPools:
        return pools.data, pools.length
    if not pools:
        return b"", 0
    names, reads, older_used, older_expires_at = zip(*pools, strict=True)
    uses = table(_POOLS, *split_all(names), [len(own) for own in reads], older_used, older_expires_at)
    every = list(chain.from_iterable(reads))
    return uses + table(_READS, [read.page for read in every], [read.expires_at for read in every]), len(pools)


def size_of_pools(data: bytes, at: int, length: int) -> int:
    """How many bytes the table that begins here takes."""
    lengths_at = at + 3 * length
    return _POOL_BYTES * length + _READ_BYTES * sum(data[lengths_at : lengths_at + length])
