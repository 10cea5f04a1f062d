"""Compute the shares of a bandit's variants from what they earned per seen prompt.

Epsilon-greedy: epsilon is split evenly, and the variant with the best mean gets the rest; equally good variants share
it. Roulette: shares are proportional to the means, but not below the floor. Thompson sampling: a variant's share is how
often it is the best when values are drawn at random from what is known about the variants. With too little or invalid
data, all variants get equal shares.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from service.campaigns.experiment import Experiment, Method, VariantShare

DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Earned:
    """What a variant earned. `value` is what its contributions pay in a year, in a unit common to all currencies."""

    variant: str
    seen: int
    contributions: int
    value: float


def bandit_shares(experiment: Experiment, earned: Sequence[Earned], source: random.Random) -> tuple[VariantShare, ...]:
    """Return a share for each variant; they sum to 1. Random draws come from `source` alone."""
    if not earned:
        return ()
    if not all(_is_usable(of_variant, experiment.minimum_seen) for of_variant in earned):
        return _even(earned)
    match experiment.method:
        case Method.EPSILON_GREEDY:
            shares = _greedy(earned, experiment.epsilon_share)
        case Method.ROULETTE:
            shares = _roulette(earned, experiment.floor_share)
        case Method.THOMPSON:
            shares = _thompson(earned, source)
        case Method.FIXED:
            return _even(earned)
    return tuple(VariantShare(of_variant.variant, share) for of_variant, share in zip(earned, shares, strict=True))


def _is_usable(earned: Earned, minimum_seen: int) -> bool:
    is_valid = 0 <= earned.contributions <= earned.seen and math.isfinite(earned.value) and earned.value >= 0
    return is_valid and earned.seen >= max(1, minimum_seen)


def _even(earned: Sequence[Earned]) -> tuple[VariantShare, ...]:
    return tuple(VariantShare(of_variant.variant, 1 / len(earned)) for of_variant in earned)


def _means(earned: Sequence[Earned]) -> list[float]:
    return [of_variant.value / of_variant.seen for of_variant in earned]


def _greedy(earned: Sequence[Earned], epsilon: float) -> list[float]:
    means = _means(earned)
    best = [mean == max(means) for mean in means]
    return [epsilon / len(means) + (1 - epsilon) * is_best / sum(best) for is_best in best]


def _roulette(earned: Sequence[Earned], floor: float) -> list[float]:
    means = _means(earned)
    total = sum(means)
    floored = [max(floor, mean / total if total > 0 else 0.0) for mean in means]
    whole = sum(floored)
    return [share / whole for share in floored] if whole > 0 else [1 / len(means)] * len(means)


def _thompson(earned: Sequence[Earned], source: random.Random) -> list[float]:
    """Draw every variant's value per prompt many times, and return how often each variant had the highest."""
    overall = sum(of_variant.value for of_variant in earned) / max(
        1, sum(of_variant.contributions for of_variant in earned)
    )
    if overall <= 0:
        return [1 / len(earned)] * len(earned)
    wins = [0] * len(earned)
    for _ in range(DRAWS):
        draws = [_draw_value(of_variant, overall, source) for of_variant in earned]
        wins[draws.index(max(draws))] += 1
    return [count / DRAWS for count in wins]


def _draw_value(earned: Earned, overall: float, source: random.Random) -> float:
    """Draw a variant's value per prompt: the share of contributors times the value of a contribution.

    The share is drawn from a Beta distribution and the value from an inverse Gamma distribution. Both start as if the
    variant had earned a contribution of the overall mean value.
    """
    rate = source.betavariate(1 + earned.contributions, 1 + earned.seen - earned.contributions)
    return rate / source.gammavariate(2 + earned.contributions, 1 / (overall + earned.value))
