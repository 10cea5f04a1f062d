"""Which variant of a campaign a reader gets. The same reader always gets the same, whatever else is on the page."""

from typing import NamedTuple

from service.campaigns.campaign import Campaign, control_of
from service.campaigns.experiment import Experiment, Method, VariantShare
from service.campaigns.variant import Variant
from service.decisions.assignment import arm, is_in_range
from service.decisions.rules.rule import Draw, Prepared
from service.readers.impressions import variant_fingerprint
from service.readers.reader import BUCKETS, Reader


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
