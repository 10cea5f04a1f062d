"""How readers are assigned to variants. A reader's variant depends only on the bucket, the seed and these numbers.

All shares are from 0 to 1.
"""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How readers are shared among variants: by fixed weights, or by a bandit that learns from results."""

    FIXED = "fixed"
    EPSILON_GREEDY = "epsilon_greedy"
    ROULETTE = "roulette"
    THOMPSON = "thompson"


@dataclass(frozen=True, slots=True)
class ControlRange:
    """The part of the bucket range that gets the control: `share` of the range, from `offset_share` on.

    A range that reaches the end continues at the start. With share 1 every reader gets the control.
    """

    share: float
    offset_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Experiment:
    """The settings of an experiment.

    - `seed`: a reader gets equal variants in two campaigns with equal seeds, so campaigns may share a seed.
    - `coverage_share`: the share of readers who take part. All others get the control and are not counted in the
      results. If the share grows, readers who take part already keep their variant.
    - `holdout_share`: the share of readers to whom this campaign is never shown, besides the site's holdout. The two
      holdouts are drawn with different seeds.
    - `epsilon_share`: the share of readers whom `epsilon_greedy` assigns at random.
    - `floor_share`: the smallest share that `roulette` gives a variant.
    - `minimum_seen`: a bandit splits evenly until every variant was seen this many times.
    """

    seed: str
    hypothesis: str = ""
    method: Method = Method.FIXED
    control: ControlRange | None = None
    coverage_share: float = 1.0
    holdout_share: float = 0.0
    epsilon_share: float = 0.1
    floor_share: float = 0.1
    minimum_seen: int = 100


@dataclass(frozen=True, slots=True)
class VariantShare:
    """The share of readers that a bandit last computed for a variant. The shares of a campaign add up to 1."""

    variant: str
    share: float
