"""An instant ahead of the clock is ignored, so that it cannot block, thank or spend for years."""

import json
from typing import Any

import pytest

from tests.simulation.running import simulate_text

NEXT_YEAR = "2027-11-18 10:00"
GATE = {"kind": "gate", "meter": {"anonymous": {"allowance": 1}}}


def view(campaign: dict[str, Any], reader: dict[str, Any], at: str = "2026-11-18 10:00") -> dict[str, Any]:
    whole = {"campaigns": {"key": "a", **campaign}, "reader": reader, "steps": {"at": at, "view": {}}}
    return simulate_text(json.dumps(whole))[0]


@pytest.mark.parametrize(
    ("campaign", "reader", "is_shown"),
    [
        pytest.param(*row[1:], id=row[0])
        for row in [
            ("a cap does not count it", {"frequency": {"caps": {"impressions": 1, "days": 1}}}, "impressions", True),
            ("a gap does not wait for it", {"frequency": {"gap": {"days": 1}}}, "impressions", True),
            ("a day does not count it", {"frequency": {"daily": {"impressions": 1}}}, "impressions", True),
            ("a cycle does not rest for it", {"frequency": {"cycle": {"impressions": 1, "rest_days": 1}}},
             "impressions", True),
            ("a dismissal cools nothing off", {"cool_off": {"after_dismissal": {"days": 1}}}, "dismissals", True),
            ("a contribution makes no supporter", {}, "contributions", True),
            ("nor silence after it", {"cool_off": {"after_contribution": {"one_off_days": 9}}}, "contributions", True),
            ("nor is it thanked for", {"reader": {"just_contributed": True, "supporter": "everyone"}},
             "contributions", False),
            ("a checkout was not abandoned", {"reader": {"abandoned_checkout": True}}, "abandoned_checkout", False),
            ("a gate's meter has not spent it", GATE, "free_articles", False),
        ]
    ],
)  # fmt: skip
def test_instants_of_next_year_are_ignored(campaign: dict[str, Any], reader: str, is_shown: bool) -> None:
    past = {"at": NEXT_YEAR}
    if reader in {"impressions", "dismissals"}:
        past["campaign"] = "a"
    if reader == "free_articles":
        past |= {"gate": "a", "pages": "/a"}

    found = view(campaign, {reader: past})

    assert found["shown"] == (["a"] if is_shown else [])
    assert found["access"]["state"] == ("metered" if campaign is GATE else "open")


def test_clocks_of_machines_may_differ_by_five_minutes() -> None:
    capped = {"frequency": {"caps": {"impressions": 1, "days": 1}}}

    assert view(capped, {"impressions": {"campaign": "a", "at": "2026-11-18 10:05:00"}})["shown"] == []
    assert view(capped, {"impressions": {"campaign": "a", "at": "2026-11-18 10:05:01"}})["shown"] == ["a"]


def test_a_day_that_has_turned_does_not_turn_back_with_the_clocks() -> None:
    """On 25 October the clocks in Dublin repeat 01:30, at which this day turns."""
    whole = {
        "site": {"timezone": "Europe/Dublin"},
        "campaigns": {"key": "a", "frequency": {"daily": {"impressions": 1, "turns_at": "01:30"}}},
        "reader": {"impressions": {"campaign": "a", "at": "2026-10-24T12:00:00Z"}},
        "steps": [
            {"at": f"2026-10-25T{at}Z", "view": {}}
            for at in ("00:29:59", "00:30:00", "01:00:00", "01:15:00", "01:30:00")
        ],
    }

    assert [bool(view["shown"]) for view in simulate_text(json.dumps(whole))] == [False, True, True, True, True]
