"""Assign readers to shares, holdouts and variants, by a pure function of bucket and seed. Nothing is drawn or stored.

A point is a number from 0 to 1 (exclusive) that belongs to a reader and a seed; points of different seeds are
independent. Without a bucket, the id of the page view takes its place, so that a repeated request has the same answer.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from service.campaigns.campaign import Campaign, control_of
from service.campaigns.experiment import Experiment, Method, VariantShare
from service.campaigns.variant import Variant
from service.decisions.rules.rule import ArmRanges, Draw, Prepared
from service.readers.impressions import variant_fingerprint
from service.readers.reader import BUCKETS, GROUPS, Reader

_WHOLE = 1 << 64
_FIXED = Method.FIXED  # looking up a member of an enum takes longer than comparing it


def point(bucket: int | str, seed: str) -> float:
    """Return the first eight bytes of SHA-256 of `seed:bucket` as a share of 1.

    The tests pin some points, because a change here would move readers between variants.
    """
    return _point_of_bucket(bucket, seed) if isinstance(bucket, int) else _point(bucket, seed)


@lru_cache(maxsize=16 * GROUPS)  # readers share 1,000 buckets
def _point_of_bucket(bucket: int, seed: str) -> float:
    return _point(bucket, seed)


def _point(bucket: int | str, seed: str) -> float:
    digest = hashlib.sha256(f"{seed}:{bucket}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / _WHOLE


def is_in_share(bucket: int | str, seed: str, share: float) -> bool:
    """Return True if a bucket is in a share, from 0 (no reader) to 1 (every reader).

    A reader who is in a share stays in it when it grows.
    """
    return share >= 1 or (share > 0 and point(bucket, "share:" + seed) < share)


def is_in_range(bucket: int, share: float, offset: int = 0) -> bool:
    """Return True if a bucket is in [offset, offset + share × 1,000,000), which wraps past the last bucket."""
    return (bucket - offset) % BUCKETS < round(share * BUCKETS)


def position(bucket: int | str, seed: str) -> int:
    """Return the position of a bucket among all readers, 0 to 999,999, in the order that a seed gives.

    The buckets that readers draw are spread evenly over the positions, so that a range of positions has exactly its
    share of readers. Instead of a bucket, the id of a page view has a position by chance.
    """
    if isinstance(bucket, str):
        return int(point(bucket, "range:" + seed) * BUCKETS)
    group, rest = divmod(bucket, BUCKETS // GROUPS)
    return _places(seed)[group] * (BUCKETS // GROUPS) + rest


@lru_cache(maxsize=256)
def _places(seed: str) -> tuple[int, ...]:
    """Return the place of each of the 1,000 groups of buckets, ordered by the point of the group."""
    ordered = sorted(range(GROUPS), key=lambda group: point(group * (BUCKETS // GROUPS), "range:" + seed))
    places = [0] * GROUPS
    for place, group in enumerate(ordered):
        places[group] = place
    return tuple(places)


def arm(bucket: int, seed: str, ranges: ArmRanges) -> int | None:
    """Return the index of the reader's arm, or None if the reader is outside the coverage."""
    if len(ranges) == 1 and ranges[0][3] >= 1:
        return 0
    here = _point_of_bucket(bucket, "arm:" + seed) if ranges else 1.0
    for index, start, end, covered_end in ranges:
        if start <= here < end:
            return index if here < covered_end else None
    return None


def arm_ranges(weights: Sequence[float], coverage: float = 1.0) -> ArmRanges:
    """Return for each arm its index, the start and end of its points, and the end of the covered points.

    The range of an arm begins where full coverage would put it and fills up as coverage grows, so that no reader
    changes arm when it does. Weights are relative; an arm of weight 0 gets no readers. The last arm ends at exactly 1
    if it has a weight, so that rounding leaves no reader without an arm.
    """
    total = float(sum(weights))
    ranges: list[tuple[int, float, float, float]] = []
    start = 0.0
    for index, weight in enumerate(weights if total > 0 else ()):
        width = weight / total
        end = 1.0 if weight > 0 and index == len(weights) - 1 else start + width
        ranges.append((index, start, end, end if coverage >= 1 else start + width * coverage))
        start += width
    return tuple(ranges)


class Assigned(Struct, frozen=True, gc=False):
    """A reader's variant. `is_counted` False: the reader is left out of the experiment's results."""

    variant: Variant
    is_counted: bool


def assign(prepared: Prepared, reader: Reader | None) -> Assigned:
    """Return the reader's variant, which is the same on every page.

    A reader without a bucket, in the control range or outside the coverage gets the control. A reader who first saw
    another variant of the experiment is left out of its results: in both variants, the reader would count twice.
    """
    draw = prepared.draw
    bucket = reader.bucket if reader else None
    if reader is None or bucket is None:
        return Assigned(draw.control, is_counted=False)
    experiment, seen = draw.experiment, reader.prompt_record(prepared.fingerprint).variant
    if experiment.control is not None and is_in_range(
        bucket, experiment.control.share, round(experiment.control.offset_share * BUCKETS)
    ):
        return Assigned(draw.control, _is_first(draw.control, seen))
    if experiment.method is not _FIXED:
        kept = _variant_kept(prepared.campaign, seen)
        if kept is not None:
            return Assigned(kept, is_counted=True)
    index = arm(bucket, experiment.seed, draw.ranges)
    if index is None:
        return Assigned(draw.control, is_counted=False)
    return Assigned(draw.arms[index], _is_first(draw.arms[index], seen))


def _is_first(variant: Variant, seen: int) -> bool:
    """Return whether a reader has seen no other variant of the experiment before. `seen`: fingerprint of the first."""
    return not seen or variant_fingerprint(variant.key) == seen


def draw_of(campaign: Campaign, measured: tuple[VariantShare, ...]) -> Draw:
    """Return the variants that buckets choose from. If the control has its own range, the others share the rest."""
    control = control_of(campaign)
    experiment = campaign.experiment or Experiment(seed=campaign.key)
    arms = campaign.variants
    if experiment.control is not None:
        arms = tuple(variant for variant in campaign.variants if variant is not control) or arms
    ranges = arm_ranges(_weights(experiment, arms, measured), experiment.coverage_share)
    return Draw(experiment, control, arms, ranges)


def _weights(
    experiment: Experiment, arms: tuple[Variant, ...], measured: tuple[VariantShare, ...]
) -> tuple[float, ...]:
    """Return the editor's weights, or a bandit's last measured shares.

    If the measured shares are missing or unusable, the weights are equal.
    """
    if experiment.method is Method.FIXED:
        return tuple(variant.weight for variant in arms)
    by_key = {share.variant: share.share for share in measured}
    shares = tuple(by_key.get(variant.key, 0.0) for variant in arms)
    is_usable = all(0 <= share <= 1 for share in shares) and sum(shares) > 0
    return shares if is_usable else (1.0,) * len(arms)


def _variant_kept(campaign: Campaign, seen: int) -> Variant | None:
    """Return the variant this reader has seen before, if any. `seen`: its fingerprint, or 0.

    A bandit's new weights move only readers who have not seen a variant.
    """
    found = (variant for variant in campaign.variants if variant_fingerprint(variant.key) == seen)
    return next(found, None) if seen else None
