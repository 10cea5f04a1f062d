"""Which readers get what: pure functions of bucket and seed, pinned by vectors in the tests, never a stored draw.

A point is a number in 0..1 (exclusive) that belongs to a reader and a seed; points of different seeds are independent.
Without a bucket, the id of the page view takes its place: chance, and the same answer when a request is repeated.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from service.campaigns.campaign import Campaign, control_of
from service.campaigns.experiment import Experiment, Method, VariantShare
from service.campaigns.variant import Variant
from service.decisions.rules.rule import Draw, Prepared
from service.readers.impressions import variant_fingerprint
from service.readers.reader import BUCKETS, Reader

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


class Assigned(NamedTuple):
    """`is_counted` False: a reader without a bucket or outside the coverage, left out of the experiment's results."""

    variant: Variant
    is_counted: bool


def assign(prepared: Prepared, reader: Reader | None) -> Assigned:
    """The reader's variant: the control without a bucket, in the control range or outside the coverage."""
    draw = prepared.draw
    bucket = reader.bucket if reader else None
    if reader is None or bucket is None:
        return Assigned(draw.control, is_counted=False)
    experiment = draw.experiment
    if experiment.control is not None and is_in_range(
        bucket, experiment.control.share, round(experiment.control.offset_share * BUCKETS)
    ):
        return Assigned(draw.control, is_counted=True)
    if experiment.method is not Method.FIXED:
        kept = _variant_kept(prepared.campaign, reader, prepared.fingerprint)
        if kept is not None:
            return Assigned(kept, is_counted=True)
    index = arm(bucket, experiment.seed, draw.weights, experiment.coverage_share)
    return Assigned(draw.control, is_counted=False) if index is None else Assigned(draw.arms[index], is_counted=True)


def draw_of(campaign: Campaign, measured: tuple[VariantShare, ...]) -> Draw:
    """Between whom the reader's bucket draws. With a control range the others share what it leaves."""
    control = control_of(campaign)
    experiment = campaign.experiment or Experiment(seed=campaign.key)
    arms = campaign.variants
    if experiment.control is not None:
        arms = tuple(variant for variant in campaign.variants if variant is not control) or arms
    return Draw(experiment, control, arms, _weights(experiment, arms, measured))


def _weights(
    experiment: Experiment, arms: tuple[Variant, ...], measured: tuple[VariantShare, ...]
) -> tuple[float, ...]:
    """The editor's weights; for a bandit those last measured, or an even split where they are missing or unusable."""
    if experiment.method is Method.FIXED:
        return tuple(variant.weight for variant in arms)
    by_key = {share.variant: share.share for share in measured}
    shares = tuple(by_key.get(variant.key, 0.0) for variant in arms)
    is_usable = all(0 <= share <= 1 for share in shares) and sum(shares) > 0
    return shares if is_usable else (1.0,) * len(arms)


def _variant_kept(campaign: Campaign, reader: Reader, fingerprint: int) -> Variant | None:
    """The variant this reader has seen before: a bandit's new weights move only readers who have seen none."""
    seen = reader.prompt_record(fingerprint).variant
    return next((one for one in campaign.variants if variant_fingerprint(one.key) == seen), None) if seen else None
