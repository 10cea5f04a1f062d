"""Shares of a bandit's variants from what each earned per seen prompt. Pure; the random draws come from a given source.

Epsilon-greedy: the best mean gets all but epsilon, which is split evenly; equal bests share. Roulette: by mean, none
below the floor. Thompson sampling: how often each variant is best when its value is drawn from what is known of it.
Too little data, or data that makes no sense, is an even split.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from service.campaigns.experiment import Experiment, Method, VariantShare

DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Earned:
    """What a variant earned: prompts seen, contributions, and their value in one unit (annualised, any currency)."""

    variant: str
    seen: int
    contributions: int
    value: float


def bandit_shares(experiment: Experiment, earned: Sequence[Earned], source: random.Random) -> tuple[VariantShare, ...]:
    """A share for each variant, summing to 1."""
    if not earned:
        return ()
    if not all(_is_usable(one, experiment.minimum_seen) for one in earned):
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
    return tuple(VariantShare(one.variant, share) for one, share in zip(earned, shares, strict=True))


def _is_usable(one: Earned, minimum_seen: int) -> bool:
    is_sound = 0 <= one.contributions <= one.seen and math.isfinite(one.value) and one.value >= 0
    return is_sound and one.seen >= max(1, minimum_seen)


def _even(earned: Sequence[Earned]) -> tuple[VariantShare, ...]:
    return tuple(VariantShare(one.variant, 1 / len(earned)) for one in earned)


def _means(earned: Sequence[Earned]) -> list[float]:
    return [one.value / one.seen for one in earned]


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
    """A variant's value per prompt: a Beta draw of how many give, times a Gamma draw of what a gift is worth."""
    overall = sum(one.value for one in earned) / max(1, sum(one.contributions for one in earned))
    if overall <= 0:
        return [1 / len(earned)] * len(earned)
    wins = [0] * len(earned)
    for _ in range(DRAWS):
        draws = [_drawn(one, overall, source) for one in earned]
        wins[draws.index(max(draws))] += 1
    return [count / DRAWS for count in wins]


def _drawn(one: Earned, overall: float, source: random.Random) -> float:
    """Prior: one gift of the overall mean value."""
    rate = source.betavariate(1 + one.contributions, 1 + one.seen - one.contributions)
    shape = 1 + one.contributions
    worth = 1 / source.gammavariate(shape + 1, 1 / (overall + one.value))
    return rate * worth * shape
