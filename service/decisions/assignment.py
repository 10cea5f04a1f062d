"""Which readers get what: pure functions of bucket and seed, pinned by vectors in the tests, never a stored draw.

A point is a number in 0..1 (exclusive) that belongs to a reader and a seed; points of different seeds are independent.
Without a bucket, the id of the page view takes its place: chance, and the same answer when a request is repeated.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from service.readers.reader import BUCKETS

_WHOLE = 1 << 64


def point(bucket: int | str, seed: str) -> float:
    """First eight bytes of SHA-256 of `seed:bucket` as a share of one. Changing it moves readers between arms."""
    digest = hashlib.sha256(f"{seed}:{bucket}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / _WHOLE


def is_in_share(bucket: int | str, seed: str, share: float) -> bool:
    """Readers inside a share stay inside when it grows. A share of 1 is everyone, of 0 no one."""
    return share >= 1 or (share > 0 and point(bucket, "share:" + seed) < share)


def is_in_range(bucket: int, share: float, offset: int = 0) -> bool:
    """Buckets in [offset, offset + share × 1,000,000), wrapping past the last; a share of 1 is every bucket."""
    return (bucket - offset) % BUCKETS < round(share * BUCKETS)


def arm(bucket: int, seed: str, weights: Sequence[float], coverage: float = 1.0) -> int | None:
    """Index of the reader's arm, or None outside the coverage.

    Each arm owns a range of points that begins where full coverage would put it and fills up as coverage grows,
    so nobody changes arm when it does. Weights are relative; an arm of weight 0 gets nobody.
    """
    ranges = _ranges(tuple(weights), coverage)
    if len(ranges) < 2 and coverage >= 1:
        return 0 if ranges else None
    here = point(bucket, "arm:" + seed)
    for index, start, end, covered_end in ranges:
        if start <= here < end:
            return index if here < covered_end else None
    return None


@lru_cache(maxsize=1024)
def _ranges(weights: tuple[float, ...], coverage: float) -> tuple[tuple[int, float, float, float], ...]:
    """Of each arm: its index, where its points begin and end, and where those covered end. What rounding leaves over at
    the top belongs to the last arm, if that has a weight."""
    total = float(sum(weights))
    ranges: list[tuple[int, float, float, float]] = []
    start = 0.0
    for index, weight in enumerate(weights if total > 0 else ()):
        width = weight / total
        end = 1.0 if weight > 0 and index == len(weights) - 1 else start + width
        ranges.append((index, start, end, end if coverage >= 1 else start + width * coverage))
        start += width
    return tuple(ranges)
