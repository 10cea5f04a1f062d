"""Assignment to shares and variants: pinned, even, independent, and stable when shares grow."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.campaign import Campaign
from service.campaigns.experiment import ControlRange, Experiment, Method, VariantShare
from service.decisions.assignment import arm, arm_ranges, assign, is_in_range, is_in_share, point
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_event, variant_fingerprint
from service.readers.reader import bucket_of
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.world import client_of, decide

BUCKETS = range(0, 1_000_000, 50)  # 20,000 readers
ARMS = (make.variant("a", is_control=True), make.variant("b"), make.variant("c"))

# For ever: a change here moves readers between arms of running experiments.
VECTORS = [
    (0, "autumn", 0.3197652),
    (1, "autumn", 0.8126521),
    (123_456, "autumn", 0.7085220),
    (999_999, "spring", 0.7286171),
]


def in_test(**experiment: Any) -> Campaign:
    return make.campaign(variants=ARMS, experiment=Experiment(seed="autumn", **experiment))


def variants(campaign: Campaign, buckets: range = BUCKETS, **changes: Any) -> list[str]:
    prepared = make.compiled(campaign, **changes).appeals[0]
    return [assign(prepared, make.reader(bucket=bucket)).variant.key for bucket in buckets]


def shares(found: list[str]) -> dict[str, float]:
    return {key: count / len(found) for key, count in Counter(found).items()}


@pytest.mark.parametrize(("bucket", "seed", "expected"), VECTORS)
def test_points_are_pinned(bucket: int, seed: str, expected: float) -> None:
    assert point(bucket, seed) == pytest.approx(expected, abs=1e-7)


def test_an_even_split_is_even() -> None:
    assert shares(variants(in_test())) == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, abs=0.01)


def test_variants_share_by_weight_and_a_weight_of_zero_gets_no_readers() -> None:
    weighted = replace(
        in_test(), variants=(replace(ARMS[0], weight=3), replace(ARMS[1], weight=1), replace(ARMS[2], weight=0))
    )

    assert shares(variants(weighted)) == pytest.approx({"a": 0.75, "b": 0.25}, abs=0.01)


def test_the_same_seed_gives_the_same_arm_and_another_is_independent() -> None:
    here, same = variants(in_test()), variants(replace(in_test(), key="winter"))
    other = variants(replace(in_test(), experiment=Experiment(seed="spring")))

    assert here == same
    both = sum(one == another for one, another in zip(here, other, strict=True)) / len(here)
    assert both == pytest.approx(1 / 3, abs=0.01)


def test_other_edits_change_no_readers_variant() -> None:
    edited = replace(in_test(), name="New name", priority=1, share=0.5, is_dismissible=False)

    assert variants(in_test()) == variants(edited)


@pytest.mark.parametrize(
    ("share", "offset", "control"),
    [
        (0.0, 0.0, []),
        (1.0, 0.0, [0, 500_000, 999_999]),
        (1.0, 0.3, [0, 500_000, 999_999]),
        (0.1, 0.0, [0, 99_999]),
        (0.1, 0.95, [950_000, 999_999, 0, 49_999]),
    ],
)
def test_the_control_range_has_an_offset_and_wraps(share: float, offset: float, control: list[int]) -> None:
    for bucket in (0, 49_999, 50_000, 99_999, 100_000, 500_000, 949_999, 950_000, 999_999):
        inside = is_in_range(bucket, share, round(offset * 1_000_000))
        expected = share == 1.0 or bucket in control or (share == 0.1 and offset == 0.0 and bucket < 100_000)
        assert inside is expected, bucket


def test_a_control_range_takes_the_control_and_leaves_the_rest_to_the_others() -> None:
    campaign = in_test(control=ControlRange(0.2, 0.9))

    assert shares(variants(campaign)) == pytest.approx({"a": 0.2, "b": 0.4, "c": 0.4}, abs=0.01)
    assert set(variants(in_test(control=ControlRange(1.0)))) == {"a"}
    assert set(variants(in_test(control=ControlRange(0.0)))) == {"b", "c"}


def test_growing_coverage_changes_no_readers_variant() -> None:
    before: dict[int, int] = {}
    for coverage in (0.1, 0.25, 0.5, 1.0):
        covered = {bucket: arm(bucket, "autumn", arm_ranges((1, 2, 1), coverage)) for bucket in BUCKETS}
        here = {bucket: index for bucket, index in covered.items() if index is not None}
        assert all(here[bucket] == index for bucket, index in before.items())
        assert len(here) / len(BUCKETS) == pytest.approx(coverage, abs=0.01)
        before = here


def test_outside_the_coverage_is_the_control_left_out_of_results() -> None:
    prepared = make.compiled(in_test(coverage_share=0.3)).appeals[0]

    assigned = [assign(prepared, make.reader(bucket=bucket)) for bucket in BUCKETS]

    outside = [choice for choice in assigned if not choice.is_counted]
    assert len(outside) / len(assigned) == pytest.approx(0.7, abs=0.01)
    assert {choice.variant.key for choice in outside} == {"a"}


def test_a_reader_without_a_bucket_has_the_control_and_is_left_out() -> None:
    prepared = make.compiled(in_test()).appeals[0]

    for reader in (None, make.reader(bucket=None)):
        assigned = assign(prepared, reader)
        assert (assigned.variant.key, assigned.is_counted) == ("a", False)


def test_shares_leave_the_rest_to_the_next_campaign() -> None:
    where = make.compiled(
        make.campaign("first", share=0.3, priority=1),
        make.campaign("second", share=0.5, priority=2),
        make.campaign("third", priority=3),
    )

    shown = [make.shown(make.decided(where, who=make.reader(bucket=bucket)))[0] for bucket in range(0, 1_000_000, 197)]

    assert shares(shown) == pytest.approx({"first": 0.3, "second": 0.35, "third": 0.35}, abs=0.015)


def test_a_share_of_a_hundred_thousand_readers_is_exact_to_a_hundredth() -> None:
    for share in (0.01, 0.333, 0.5, 0.9):
        inside = sum(is_in_share(bucket, "autumn", share) for bucket in range(0, 1_000_000, 10))
        assert inside / 100_000 == pytest.approx(share, abs=0.01)


def test_a_growing_share_keeps_its_readers() -> None:
    small = {bucket for bucket in BUCKETS if is_in_share(bucket, "autumn", 0.2)}
    large = {bucket for bucket in BUCKETS if is_in_share(bucket, "autumn", 0.6)}

    assert small < large
    assert len(small) / len(BUCKETS) == pytest.approx(0.2, abs=0.01)
    assert not any(is_in_share(bucket, "autumn", 0) for bucket in BUCKETS)
    assert all(is_in_share(bucket, "autumn", 1) for bucket in BUCKETS)


def test_a_campaigns_holdout_sees_nothing_of_it() -> None:
    where = make.compiled(in_test(holdout_share=0.1))

    found = [make.blocked_by(where, who=make.reader(bucket=bucket)) for bucket in range(0, 1_000_000, 197)]

    assert found.count("campaign_holdout") / len(found) == pytest.approx(0.1, abs=0.01)


def test_a_bandit_follows_what_was_measured() -> None:
    campaign = in_test(method=Method.THOMPSON)
    measured = {"autumn": (VariantShare("a", 0.1), VariantShare("b", 0.2), VariantShare("c", 0.7))}

    assert shares(variants(campaign, variant_shares=measured)) == pytest.approx(
        {"a": 0.1, "b": 0.2, "c": 0.7}, abs=0.01
    )


@pytest.mark.parametrize(
    "measured",
    [{}, {"autumn": ()}, {"autumn": (VariantShare("gone", 1.0),)}, {"autumn": (VariantShare("a", float("nan")),)}],
)
def test_a_bandit_with_nothing_usable_splits_evenly(measured: dict[str, tuple[VariantShare, ...]]) -> None:
    found = shares(variants(in_test(method=Method.ROULETTE), range(0, 1_000_000, 50), variant_shares=measured))

    assert found == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, abs=0.015)


def test_a_bandit_keeps_a_reader_in_the_arm_they_have_seen() -> None:
    campaign = in_test(method=Method.EPSILON_GREEDY)
    measured = {"autumn": (VariantShare("a", 0.0), VariantShare("b", 1.0), VariantShare("c", 0.0))}
    prepared = make.compiled(campaign, variant_shares=measured).appeals[0]
    seen = record_event(
        make.reader(), PromptEvent.SEEN, campaign_fingerprint("autumn"), variant_fingerprint("c"), make.instant()
    )

    assert assign(prepared, make.reader()).variant.key == "b"
    assert assign(prepared, seen).variant.key == "c"


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("seen", ["a", "b", "c", "removed"])
def test_a_reader_who_first_saw_another_variant_is_left_out(method: Method, seen: str) -> None:
    prepared = make.compiled(in_test(method=method)).appeals[0]
    for bucket in range(0, 1_000_000, 40_000):
        fresh = make.reader(bucket=bucket)
        exposed = record_event(
            fresh, PromptEvent.SEEN, campaign_fingerprint("autumn"), variant_fingerprint(seen), make.instant()
        )

        found = assign(prepared, exposed)

        assert assign(prepared, fresh).is_counted
        assert found.is_counted == (found.variant.key == seen)


@given(st.integers(0, 999_999), st.text(max_size=20), st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_an_arm_is_always_one_with_weight(bucket: int, seed: str, weights: list[float]) -> None:
    index = arm(bucket, seed, arm_ranges(weights))

    assert (index is None) == (sum(weights) <= 0)
    assert index is None or weights[index] > 0


def test_readers_draw_a_thousand_buckets_spread_evenly_so_that_twenty_of_twenty_thousand_share_each() -> None:
    drawn = Counter(bucket_of(chance * 7_919) for chance in range(20_000))

    assert sorted(drawn) == list(range(0, 1_000_000, 1_000))
    assert set(drawn.values()) == {20}


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5, 0.9])
def test_shares_of_the_buckets_that_readers_draw_are_within_the_documented_tolerance(share: float) -> None:
    drawn = range(0, 1_000_000, 1_000)
    found = [sum(is_in_share(bucket, f"seed {n}", share) for bucket in drawn) / 1_000 for n in range(100)]

    assert all(abs(here - share) <= 0.06 for here in found)
    assert sum(abs(here - share) <= 0.016 for here in found) >= 60
    assert sum(is_in_range(bucket, share, 123_000) for bucket in drawn) == round(share * 1_000)


def test_a_new_reader_over_http_draws_such_a_bucket() -> None:
    client = client_of(SettableClock(make.NOW), make.campaign())
    buckets = set()
    for _ in range(20):
        decide(client)
        buckets.add(client.get("/my-data.json?site=tide").get_json()["held"]["bucket"])
        client.delete("/v1/passport?site=tide")

    assert len(buckets) > 10
    assert all(bucket % 1_000 == 0 for bucket in buckets)
