"""A reader who stops the counting of articles is asked by no rule about articles; meters and other rules go on."""

import json
from typing import Any

import pytest

from tests.simulation.running import simulate_text

AT = "2026-11-18 10:00"
STOP, RESUME = ({"at": AT, "event": event} for event in ("counting_stopped", "counting_resumed"))


def views(
    campaign: dict[str, Any], *events: dict[str, Any], reader: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    steps = [event or {"at": AT, "view": {"tags": ["tides"]}} for event in events]
    return simulate_text(json.dumps({"campaigns": {"key": "a", **campaign}, "reader": reader or {}, "steps": steps}))


COUNTED = {"variants": [{"key": "a", "copy": {"en": {"heading": "You read {article_count}", "button": "Give"}}}]}
RULES: dict[str, dict[str, Any]] = {
    "articles": {"reader": {"article_count": {"min": 1}}},
    "articles on a topic": {"reader": {"article_count": {"min": 1, "topics": "tides"}}},
    "at most so many articles": {"reader": {"article_count": {"max": 9}}},
    "favourite_topic": {"reader": {"favourite_topics": ["tides"]}},
    "article_count_known": COUNTED,
}


@pytest.mark.parametrize("name", RULES)
def test_rules_about_articles_fail_while_counting_is_stopped(name: str) -> None:
    found = views(RULES[name], {}, STOP, {}, RESUME, {})

    assert [view["shown"] for view in found] == [["a"], [], ["a"]]
    rule = "articles" if "articles" in name else name
    assert found[1]["trace"][0]["blocked_by"] == rule
    assert [view["reader"]["article_count"] for view in found] == [1, 0, 1]


def test_reading_more_is_not_known_while_counting_is_stopped() -> None:
    for wanted in (True, False):
        reader = {"counts_articles": False, "articles": [{"on": "2026-11-10", "count": 5}]}
        assert views({"reader": {"reading_more": wanted}}, {}, reader=reader)[0]["shown"] == []


def test_other_rules_and_meters_go_on() -> None:
    meter = {"kind": "gate", "meter": {"anonymous": {"allowance": 1}}}

    assert [view["access"]["state"] for view in views(meter, STOP, {}, {})] == ["metered", "gated"]
    assert [view["shown"] for view in views({"frequency": {"first_after_views": 1}}, STOP, {}, {})] == [[], ["a"]]
    assert views({}, STOP, {})[0]["shown"] == ["a"]
