"""How variants are given out. Shares are 0..1. Nobody's variant depends on anything but bucket, seed and these
numbers."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    FIXED = "fixed"
    EPSILON_GREEDY = "epsilon_greedy"
    ROULETTE = "roulette"
    THOMPSON = "thompson"


@dataclass(frozen=True, slots=True)
class ControlRange:
    """Readers from `offset_share` for `share` of the bucket range get the control, wrapping at the end. share 1:
    everybody; 0: nobody."""

    share: float
    offset_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Experiment:
    """- `seed`: same seed, same variant for a reader; two campaigns may share one.
    - `coverage_share`: readers who take part; the rest get the control and are left out of results. Growing it moves
      nobody.
    - `holdout_share`: readers who are shown nothing by this campaign (own seed), besides the site's holdout.
    - `epsilon_share`: of epsilon-greedy's draws given at random. `floor_share`: roulette's least share of a variant.
    - `minimum_seen`: seen prompts per variant below which a bandit splits evenly.
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
    """A variant's share as a bandit's job last measured it; the shares of a campaign sum to 1."""

    variant: str
    share: float
