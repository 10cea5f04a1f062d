"""A campaign's share of readers: by itself, or as a range of all readers that campaigns divide."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.documents import load_campaign
from service.campaigns.lint.everything import lint
from service.decisions.assignment import position
from service.errors import InvalidDocumentError
from service.readers.reader import bucket_of
from tests.campaigns.make import NOW, campaign, campaign_document, site
from tests.simulation.running import simulate_text

EVERY_GROUP = [bucket_of(chance) for chance in range(1_000)]


def shown(shares: dict[str, Any], bucket: int | None, **view: Any) -> str | None:
    campaigns = [{"key": key, "share": share} for key, share in shares.items()]
    steps = [{"at": "2026-11-18 10:00", "view": view}]
    whole = {"campaigns": campaigns, "reader": {"bucket": bucket}, "steps": steps}
    found: list[str] = simulate_text(json.dumps(whole))[0]["shown"]
    return found[0] if found else None


def reached(shares: dict[str, Any], every: int = 5) -> dict[str | None, float]:
    buckets = EVERY_GROUP[::every]
    return {key: count / len(buckets) for key, count in Counter(shown(shares, bucket) for bucket in buckets).items()}


def ranges(*shares: float, seed: str = "readers") -> dict[str, Any]:
    return {
        f"c{n}": {"share": share, "offset": round(sum(shares[:n]), 3), "seed": seed} for n, share in enumerate(shares)
    }


def test_thirty_thirty_and_forty_give_thirty_thirty_and_forty() -> None:
    assert reached(ranges(0.3, 0.3, 0.4), every=1) == pytest.approx({"c0": 0.3, "c1": 0.3, "c2": 0.4}, abs=1e-9)


def test_independent_shares_leave_what_the_documentation_says() -> None:
    found = reached({"a": 0.3, "b": 0.3, "c": 0.4})

    assert found == pytest.approx({"a": 0.3, "b": 0.21, "c": 0.196, None: 0.294}, abs=0.08)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=5), st.text(max_size=6), st.integers(0, 999))
def test_ranges_reach_exactly_their_share_and_no_reader_twice(thousandths: list[int], seed: str, offset: int) -> None:
    places = sorted(position(bucket, seed) for bucket in EVERY_GROUP)

    assert places == list(range(0, 1_000_000, 1_000))
    starts = [sum(thousandths[:n]) + offset for n in range(len(thousandths))]
    found = [
        {place for place in places if (place - 1_000 * start) % 1_000_000 < 1_000 * width}
        for start, width in zip(starts, thousandths, strict=True)
    ]
    assert [len(readers) for readers in found] == thousandths
    assert sum(map(len, found)) == len(set().union(*found))


def test_a_range_continues_at_the_start_and_another_seed_is_independent() -> None:
    wrapped = {"a": {"share": 0.4, "offset": 0.8}, "b": {"share": 0.6, "offset": 0.2}}
    both = {"a": {"share": 0.5, "offset": 0}, "b": {"share": 0.5, "offset": 0, "seed": "other"}}

    assert reached(wrapped) == pytest.approx({"a": 0.4, "b": 0.6}, abs=0.08)
    assert reached(both)["b"] == pytest.approx(0.25, abs=0.08)


def test_without_a_bucket_the_page_view_is_placed_by_chance() -> None:
    found = Counter(shown(ranges(0.3, 0.3, 0.4), None, consent="none", view_id=f"v{n}") for n in range(60))

    assert {key: count / 60 for key, count in found.items()} == pytest.approx(
        {"c0": 0.3, "c1": 0.3, "c2": 0.4}, abs=0.2
    )


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ("half", "share: must be a number"),
        (2, "share: must be from 0 to 1"),
        ({"share": 0.3}, "share, offset: is missing"),
        ({"share": 0.3, "offset": 1.5}, "share, offset: must be from 0 to 1"),
        ({"share": 0.3, "offset": 0, "of": "all"}, "share, of: is not a field here"),
    ],
)
def test_a_share_that_cannot_be_read_names_the_field(share: Any, words: str) -> None:
    with pytest.raises(InvalidDocumentError) as error:
        load_campaign(campaign_document(share=share))

    assert words in str(error.value)


@pytest.mark.parametrize(
    ("first", "second", "is_overlapping"),
    [
        ((0.3, 0), (0.3, 0.3), False),
        ((0.3, 0), (0.3, 0.2), True),
        ((0.5, 0.7), (0.3, 0.1), True),
        ((0.5, 0.7), (0.5, 0.2), False),
        ((0.1, 0.3), (0.2, 0.1), False),
        ((0, 0.3), (0.9, 0.0), False),
    ],
)
def test_lint_names_ranges_that_overlap(first: Any, second: Any, is_overlapping: bool) -> None:
    both = [
        campaign(key=key, share={"share": share, "offset": offset})
        for key, (share, offset) in (("a", first), ("b", second))
    ]

    found = [finding.subject for finding in lint(site(), both, NOW) if finding.rule == "share"]

    assert found == (["campaign b"] if is_overlapping else [])
