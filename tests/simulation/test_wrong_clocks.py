"""An instant ahead of the clock counts as now. One far ahead is ignored, so that it cannot block or thank for years."""

import json
from datetime import UTC, datetime, timedelta
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


HISTORY = {"impressions": {"campaign": "a", "at": "2026-11-18 10:00"}}
CLOSED = {"dismissals": {"campaign": "a", "at": "2026-11-18 10:00"}}
GIVEN = {"contributions": "2026-11-18 10:00"}
BACK = {"six minutes": 6, "an hour": 60, "a day": 1440, "thirteen days": 13 * 1440, "thirty days": 30 * 1440}
SILENT = {
    "a cap": ({"frequency": {"caps": {"impressions": 1, "days": 1}}}, HISTORY),
    "a cap of all": ({"frequency": {"caps": {"impressions": 1, "days": 1, "counting": "all"}}}, HISTORY),
    "a gap": ({"frequency": {"gap": {"hours": 1}}}, HISTORY),
    "a day": ({"frequency": {"daily": {"impressions": 1, "turns_at": "04:00"}}}, HISTORY),
    "a cycle": ({"frequency": {"cycle": {"impressions": 1, "rest_days": 1}}}, HISTORY),
    "a dismissal": ({"cool_off": {"after_dismissal": {"hours": 1}}}, CLOSED),
    "a dismissal of all": ({"cool_off": {"after_dismissal": {"hours": 1, "counting": "all"}}}, CLOSED),
    "the last dismissal": ({"cool_off": {"after_dismissal": {"hours": 0, "ends_after": 1}}}, CLOSED),
    "a closed prompt": ({}, CLOSED),
    "a one-off contribution": ({}, GIVEN),
    "days after a contribution": ({"cool_off": {"after_contribution": {"one_off_days": 1}}}, GIVEN),
    "an open checkout": ({"reader": {"abandoned_checkout": False}}, {"abandoned_checkout": {"at": "2026-11-18 10:00"}}),
}


@pytest.mark.parametrize("minutes", BACK.values(), ids=BACK)
@pytest.mark.parametrize(("campaign", "reader"), SILENT.values(), ids=SILENT)
def test_a_clock_that_is_set_back_never_asks_more(
    campaign: dict[str, Any], reader: dict[str, Any], minutes: int
) -> None:
    at = datetime(2026, 11, 18, 10, tzinfo=UTC)

    assert view(campaign, reader, at.isoformat())["shown"] == []
    assert view(campaign, reader, (at - timedelta(minutes=minutes)).isoformat())["shown"] == []


@pytest.mark.parametrize(("campaign", "reader"), SILENT.values(), ids=SILENT)
def test_an_instant_more_than_thirty_days_ahead_is_not_believed(
    campaign: dict[str, Any], reader: dict[str, Any]
) -> None:
    believed, beyond = "2026-10-19T10:00:00Z", "2026-10-19T09:59:59Z"

    assert view(campaign, reader, believed)["shown"] == []
    assert view(campaign, reader, beyond)["shown"] == ["a"]


@pytest.mark.parametrize("minutes", BACK.values(), ids=BACK)
def test_a_meter_gives_nothing_back_when_the_clock_is_set_back(minutes: int) -> None:
    gate = {"kind": "gate", "meter": {"anonymous": {"allowance": 1, "period": "rolling", "days": 90}}}
    at = datetime(2026, 11, 18, 10, tzinfo=UTC)
    free = {"free_articles": {"gate": "a", "at": at.isoformat(), "pages": "/a"}}

    assert view(gate, free, (at - timedelta(minutes=minutes)).isoformat())["access"]["state"] == "gated"


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
