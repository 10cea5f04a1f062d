"""A campaign shadows another only if it is certainly shown in every case in which the other could be."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.lint.shadowing import shadows
from tests.campaigns.make import campaign, variant_document

DUBLIN = ZoneInfo("Europe/Dublin")
OPEN = {"key": "front", "frequency": {}, "cool_off": {}}
GATE = {"kind": "gate", "placement": "over_article", "frequency": {}, "cool_off": {}}


def is_shadowed(front: dict[str, Any], behind: dict[str, Any]) -> bool:
    return shadows(campaign(**(OPEN | front)), campaign(**({"key": "behind"} | behind)), DUBLIN)


def test_an_unlimited_campaign_for_all_readers_shadows_every_later_one() -> None:
    assert is_shadowed({}, {})


@pytest.mark.parametrize(
    "front",
    [
        {"share": 0.99},
        {"is_paused": True},
        {"placement": "article_top"},
        {"frequency": {"caps": {"impressions": 4, "days": 30}}},
        {"frequency": {"total_contributions": 1}},
        {"cool_off": {"after_dismissal": {"days": 1}}},
        {"cool_off": {"after_dismissal": {"ends_after": 3}}},
        {"experiment": {"holdout": 0.1}},
        {"schedule": {"ends": "2030-01-01"}},
        {"schedule": {"starts": "2030-01-01"}},
        {"schedule": {"weekdays": ["mon"]}},
        {"schedule": {"hours": "09:00-17:00"}},
        {"page": {"types": ["article"]}},
        {"page": {"sections": ["news"]}},
        {"page": {"tags": {"none": ["news"]}}},
        {"page": {"sensitive": "only"}},
        {"reader": {"article_count": {"min": 2}}},
        {"reader": {"supporter": "none"}},
        {"reader": {"signed_in": True}},
        {"reader": {"countries": ["IE"]}},
        {"reader": {"countries": {"none": ["IE"]}}},
        {"reader": {"devices": ["mobile"]}},
        {"reader": {"first_seen": {"min_days": 1}}},
        {"reader": {"suppressible": True}},
        {"reader": {"holdout": "only"}},
        {
            "variants": [
                variant_document(ticker={"goal": 5, "currency": "EUR", "label": {"en": "x"}, "stops_at_goal": True})
            ]
        },
    ],
)
def test_any_rule_that_may_hide_the_front_campaign_prevents_shadowing(front: dict[str, Any]) -> None:
    assert not is_shadowed(front, {})


@pytest.mark.parametrize(
    ("front", "behind"),
    [
        ({"page": {"sections": ["news", "sport"]}}, {"page": {"sections": ["sport"]}}),
        ({"page": {"tags": {"none": ["a"]}}}, {"page": {"tags": {"none": ["a", "b"]}}}),
        ({"page": {"sensitive": "also"}}, {"page": {"sensitive": "only"}}),
        ({"reader": {"article_count": {"min": 2}}}, {"reader": {"article_count": {"min": 5, "max": 9}}}),
        ({"reader": {"supporter": "everyone"}}, {"reader": {"supporter": "supporters"}}),
        ({"reader": {"countries": {"any": ["IE", "GB"]}}}, {"reader": {"countries": ["IE"]}}),
        ({"schedule": {"starts": "2026-01-01"}}, {"schedule": {"starts": "2026-01-01 00:00", "ends": "2026-02-01"}}),
        ({"schedule": {"weekdays": ["mon", "tue"]}}, {"schedule": {"weekdays": ["mon"]}}),
        ({"frequency": {"always_ask": True, "total_impressions": 1}}, {}),
    ],
)
def test_a_wider_front_campaign_shadows_a_narrower_one(front: dict[str, Any], behind: dict[str, Any]) -> None:
    assert is_shadowed(front, behind)


def test_the_first_gate_that_matches_decides_alone_whatever_its_frequency() -> None:
    front = GATE | {"cool_off": {"after_dismissal": {"days": 30}}, "gate": {"strength": "soft"}}

    assert is_shadowed(front, GATE)
    assert not is_shadowed(front | {"page": {"sections": ["news"]}}, GATE)


def test_a_gate_and_an_appeal_never_shadow_each_other() -> None:
    assert not is_shadowed(GATE, {"placement": "over_article"})
    assert not is_shadowed({"placement": "over_article"}, GATE)
