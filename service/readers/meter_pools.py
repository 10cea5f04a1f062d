"""Meter pools in a reader's history: the free articles spent from each pool, within the bounds of the passport."""

from msgspec import Struct
from msgspec.structs import replace

from service.readers.fingerprints import fingerprint
from service.readers.packed_records import FreeRead, PoolUse
from service.readers.reader import MAX_FREE_READS, MAX_POOLS, Reader
from service.readers.site_time import AHEAD_SECONDS, DAY_SECONDS

_SHARED_POOL = "*"
# No meter has a longer period than 91 days, and the clock may have been set back since.
_LONGEST_SECONDS = 91 * DAY_SECONDS + AHEAD_SECONDS


class SpentRead(Struct, frozen=True, array_like=True, gc=False):
    """A free article and the pool that it was spent from."""

    pool: int
    read: FreeRead


def pool_fingerprint(gate: str | None, *, is_registered: bool) -> int:
    """Return the fingerprint of a pool. `gate`: the gate that owns the pool; None: the pool that gates share."""
    audience = "registered" if is_registered else "anonymous"
    return fingerprint(f"pool:{_SHARED_POOL if gate is None else gate}:{audience}")


def read_fingerprint(reader: Reader, page_id: str) -> int:
    """Return the salted fingerprint of a page that was read under a meter."""
    return fingerprint("read:" + page_id, 16, reader.salt)


def pool_use(reader: Reader, pool: int, instant: int) -> PoolUse:
    """Return what the reader has spent from a pool and not yet got back."""
    return _unexpired(next((use for use in reader.pools if use.pool == pool), PoolUse(pool)), instant)


def with_free_read(reader: Reader, pool: int, read: FreeRead, instant: int) -> Reader:
    """Return the reader after spending one free article from a pool."""
    use = pool_use(reader, pool, instant)
    others = tuple(other for other in reader.pools if other.pool != pool)
    return reader.with_pools(bounded_pools((*others, replace(use, reads=(*use.reads, read))), instant))


def bounded_pools(pools: tuple[PoolUse, ...], instant: int) -> tuple[PoolUse, ...]:
    """Drop what has expired and keep the rest within the bounds of the passport.

    If there are too many reads, the oldest reads of the longest pool are kept only as a count.
    """
    unexpired = (_unexpired(use, instant) for use in pools)
    kept = [use for use in unexpired if use.reads or use.older_used][-MAX_POOLS:]
    while sum(len(use.reads) for use in kept) > MAX_FREE_READS:
        longest = max(range(len(kept)), key=lambda index: len(kept[index].reads))
        kept[longest] = _with_oldest_counted(kept[longest])
    return tuple(kept)


def _with_oldest_counted(use: PoolUse) -> PoolUse:
    expires_at = max(use.older_expires_at, use.reads[0].expires_at)
    return PoolUse(use.pool, use.reads[1:], use.older_used + 1, expires_at)


def _unexpired(use: PoolUse, instant: int) -> PoolUse:
    reads = tuple(read for read in use.reads if instant < read.expires_at <= instant + _LONGEST_SECONDS)
    is_older_kept = instant < use.older_expires_at <= instant + _LONGEST_SECONDS
    return PoolUse(
        use.pool, reads, use.older_used if is_older_kept else 0, use.older_expires_at if is_older_kept else 0
    )
