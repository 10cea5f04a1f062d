"""The shares that bandits give to variants."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.experiment import Experiment, Method
from service.insights.bandit import Earned, bandit_shares

GREEDY = Experiment("s", method=Method.EPSILON_GREEDY, epsilon_share=0.1)
ROULETTE = Experiment("s", method=Method.ROULETTE, floor_share=0.1)
THOMPSON = Experiment("s", method=Method.THOMPSON)
POOR, RICH = Earned("poor", 1000, 10, 50.0), Earned("rich", 1000, 10, 150.0)


def shares(experiment: Experiment, *earned: Earned) -> dict[str, float]:
    return {share.variant: share.share for share in bandit_shares(experiment, earned, random.Random(1))}


def test_epsilon_greedy_gives_the_best_all_but_epsilon() -> None:
    assert shares(GREEDY, POOR, RICH) == pytest.approx({"poor": 0.05, "rich": 0.95})


def test_equally_good_variants_share() -> None:
    assert shares(GREEDY, RICH, replace(RICH, variant="same"), POOR) == pytest.approx(
        {"rich": 0.45 + 0.1 / 3, "same": 0.45 + 0.1 / 3, "poor": 0.1 / 3}
    )


def test_roulette_shares_by_mean_and_keeps_the_floor() -> None:
    assert shares(ROULETTE, POOR, RICH) == pytest.approx({"poor": 0.25, "rich": 0.75})
    assert shares(ROULETTE, replace(POOR, value=0.0), RICH) == pytest.approx({"poor": 0.1 / 1.1, "rich": 1 / 1.1})


def test_thompson_prefers_the_better_variant_more_with_more_data() -> None:
    little = shares(THOMPSON, Earned("poor", 100, 1, 5.0), Earned("rich", 100, 2, 10.0))
    much = shares(THOMPSON, Earned("poor", 50_000, 500, 2500.0), Earned("rich", 50_000, 1000, 5000.0))

    assert 0.5 < little["rich"] < much["rich"]
    assert much["rich"] > 0.99


def test_thompson_compares_the_value_per_prompt_and_not_the_number_of_contributions() -> None:
    few_large, many_small = Earned("few", 10_000, 50, 500.0), Earned("many", 10_000, 500, 500.0)
    better = replace(few_large, value=750.0)

    assert 0.3 < shares(THOMPSON, few_large, many_small)["few"] < 0.7
    assert shares(THOMPSON, better, many_small)["few"] > 0.9


def test_equal_random_sources_give_equal_shares() -> None:
    assert shares(THOMPSON, POOR, RICH) == shares(THOMPSON, POOR, RICH)


@pytest.mark.parametrize("experiment", [GREEDY, ROULETTE, THOMPSON])
@pytest.mark.parametrize(
    "odd",
    [
        Earned("odd", 99, 1, 5.0),
        Earned("odd", 0, 0, 0.0),
        Earned("odd", 1000, 1001, 5.0),
        Earned("odd", 1000, 1, math.nan),
        Earned("odd", 1000, 1, math.inf),
        Earned("odd", 1000, 1, -1.0),
    ],
)
def test_too_little_or_invalid_data_gives_an_even_split(experiment: Experiment, odd: Earned) -> None:
    assert shares(experiment, RICH, odd) == {"rich": 0.5, "odd": 0.5}


def test_variants_that_earned_nothing_share_evenly() -> None:
    earned_nothing = (Earned("a", 500, 0, 0.0), Earned("b", 500, 0, 0.0))

    for experiment in (GREEDY, ROULETTE, THOMPSON):
        assert shares(experiment, *earned_nothing) == pytest.approx({"a": 0.5, "b": 0.5})


@given(
    st.sampled_from([GREEDY, ROULETTE]),
    st.lists(st.tuples(st.integers(100, 10**6), st.integers(0, 100), st.floats(0, 1e9)), min_size=1, max_size=8),
)
def test_shares_are_between_0_and_1_and_sum_to_1(experiment: Experiment, numbers: list[tuple[int, int, float]]) -> None:
    earned = tuple(Earned(str(index), *values) for index, values in enumerate(numbers))

    found = bandit_shares(experiment, earned, random.Random(1))

    assert all(0 <= share.share <= 1 for share in found)
    assert sum(share.share for share in found) == pytest.approx(1)
