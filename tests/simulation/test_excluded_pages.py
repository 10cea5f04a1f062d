"""What a site keeps silent or closed: by kind of campaign, by path, and on locked pages without consent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.page_rules import folded_page_id, is_below
from service.errors import InvalidDocumentError
from tests.simulation.running import simulate_text

EPIC: dict[str, Any] = {"key": "epic"}
BANNER: dict[str, Any] = {"key": "banner", "kind": "banner"}
GATE: dict[str, Any] = {"key": "gate", "kind": "gate", "page": {"access": ["locked"]}}
FREE = {"key": "gate", "kind": "gate", "meter": {"anonymous": {"allowance": 1}}}


def decided(site: dict[str, Any], campaigns: list[dict[str, Any]], **page: Any) -> dict[str, Any]:
    steps = [{"at": "2026-11-18 10:00", "view": page}]
    return simulate_text(json.dumps({"site": site, "campaigns": campaigns, "steps": steps}))[0]


@pytest.mark.parametrize(
    ("kinds", "shown", "locked"),
    [
        (None, [], []),
        (["epic", "banner"], [], ["gate"]),
        (["epic"], ["banner"], ["gate"]),
        (["gate"], ["epic", "banner"], ["epic", "banner"]),
        ("banner", ["epic"], ["gate"]),
    ],
)
def test_an_exclusion_is_for_all_kinds_or_for_those_it_names(kinds: Any, shown: list[str], locked: list[str]) -> None:
    exclusion = {"sections": ["obituaries"]} | ({} if kinds is None else {"kinds": kinds})
    campaigns = [EPIC, BANNER, GATE]

    assert decided({"exclusions": exclusion}, campaigns, section="Obituaries")["shown"] == shown
    assert decided({"exclusions": exclusion}, campaigns, section="Obituaries", access="locked")["shown"] == locked
    assert decided({"exclusions": exclusion}, campaigns, section="News")["shown"] == ["epic", "banner"]


@pytest.mark.parametrize(
    ("page_id", "is_excluded"),
    [
        ("/games", True),
        ("/games/", True),
        ("/Games/Chess", True),
        ("/games/chess/2026/11", True),
        ("/games?level=3", True),
        ("/games/%63hess", True),
        ("/games-fair", False),
        ("/gamesroom", False),
        ("/news/games", False),
        ("/", False),
        ("games/chess", False),
    ],
)
def test_a_path_covers_its_page_and_all_pages_below_it(page_id: str, is_excluded: bool) -> None:
    for written in ("/games", "/Games/"):
        lists: dict[str, dict[str, Any]] = {
            "excluded_page": {"exclusions": {"paths": [written]}},
            "sensitive": {"sensitive": {"paths": written}},
        }
        for rule, site in lists.items():
            trace = decided(site, [EPIC], page_id=page_id)["trace"][0]
            assert trace["blocked_by"] == (rule if is_excluded else None)
        meter = {"anonymous": {"allowance": 0}, "does_not_spend": {"paths": [written]}}
        gated = decided({}, [{"key": "gate", "kind": "gate", "meter": meter}], page_id=page_id)
        assert gated["access"]["state"] == ("open" if is_excluded else "gated")


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "ü"]), max_size=4), st.lists(st.sampled_from(["a", "b", "ü"]), max_size=3)
)
def test_a_page_is_below_exactly_the_paths_that_its_own_path_begins_with(page: list[str], path: list[str]) -> None:
    below = page[: len(path)] == path

    assert is_below(folded_page_id("/" + "/".join(page)), frozenset({folded_page_id("/" + "/".join(path))})) is below


@pytest.mark.parametrize("path", ["games", "/games/*", "/games?x", "", 7, "https://tide.example/games"])
def test_a_path_that_is_no_start_of_a_path_is_refused(path: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="exclusions 1, paths 1: must be"):
        decided({"exclusions": [{"paths": [path]}]}, [EPIC])


@pytest.mark.parametrize("gates_locked", [False, True])
@pytest.mark.parametrize("access", ["metered", "locked", "free", "gift"])
def test_without_consent_only_locked_articles_are_gated_and_only_if_the_site_says_so(
    gates_locked: bool, access: str
) -> None:
    site = {"consent": {"gates_locked": gates_locked}}

    view = decided(site, [FREE, EPIC], consent="none", access=access)

    is_gated = gates_locked and access == "locked"
    assert view["access"]["state"] == ("gated" if is_gated else "open")
    assert view["shown"] == (["gate"] if is_gated else ["epic"])


def test_crawlers_and_sensitive_pages_are_open_as_before_on_locked_pages_without_consent() -> None:
    site = {"consent": {"gates_locked": True}, "sensitive": {"sections": ["crime"]}}
    steps = [
        {"at": "2026-11-18 10:00", "purpose": "crawl", "view": {"consent": "none", "access": "locked"}},
        {"at": "2026-11-18 10:00", "view": {"consent": "none", "access": "locked", "section": "crime"}},
    ]

    views = simulate_text(json.dumps({"site": site, "campaigns": [FREE], "steps": steps}))

    assert [view["access"]["state"] for view in views] == ["open", "open"]
