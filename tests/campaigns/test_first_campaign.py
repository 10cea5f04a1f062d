"""docs/first-campaign.md keeps its promises: its campaigns pass lint and do what the page says of them."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.campaigns.documents import load_campaign, load_site, read_document, read_file
from service.campaigns.lint.everything import lint
from tests.simulation.running import simulate_text

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "first-campaign.md").read_text(encoding="utf-8")
DOCUMENTS: list[dict[str, Any]] = [
    read_document(block).content for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
]
CAMPAIGNS = {document["key"]: document for document in DOCUMENTS if "key" in document}
DEMO = ROOT / "infra" / "demo_site"
SITE: dict[str, Any] = read_file(DEMO / "site.yaml").content
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)  # within the schedule of the campaign with a goal

Json = dict[str, Any]


def view(at: str, **facts: Any) -> Json:
    return {"at": at, "view": {"section": "news", **facts}}


def event(at: str, name: str) -> Json:
    return {"at": at, "event": name}


def simulated(key: str, *steps: Json, raised_minor: int = 0, **reader: Any) -> list[Json]:
    """Return the decisions of the demo's site on these page views, with one campaign of the page."""
    whole = {"site": SITE, "campaigns": [CAMPAIGNS[key]], "reader": reader, "steps": list(steps)}
    return simulate_text(json.dumps({**whole, "raised_minor": {key: raised_minor}}))


def are_shown(key: str, *steps: Json, raised_minor: int = 0, **reader: Any) -> list[bool]:
    return [bool(decision["shown"]) for decision in simulated(key, *steps, raised_minor=raised_minor, **reader)]


def test_the_page_has_five_campaigns_and_one_simulation() -> None:
    assert list(CAMPAIGNS) == ["autumn-appeal", "welcome-back", "five-free", "harbour-fund", "two-headings"]
    assert len(DOCUMENTS) == 6


@pytest.mark.parametrize("key", CAMPAIGNS)
def test_lint_finds_nothing_in_a_campaign(key: str) -> None:
    findings = lint(load_site(SITE), [load_campaign(CAMPAIGNS[key])], NOW)

    assert [finding for finding in findings if finding.subject == f"campaign {key}"] == []


def test_the_campaigns_can_be_live_together_with_the_demos() -> None:
    demo = [read_file(path).content for path in (DEMO / "campaigns").glob("*.yaml")]
    campaigns = [load_campaign(document) for document in [*CAMPAIGNS.values(), *demo]]

    assert len(campaigns) == 6
    assert [found for found in lint(load_site(SITE), campaigns, NOW) if found.subject.startswith("campaign")] == []


def test_the_appeal_is_shown_on_the_third_article_and_rests_14_days_after_it_was_closed() -> None:
    steps = [view(f"2026-12-01 08:0{minute}") for minute in range(3)]
    steps += [event("2026-12-01 08:02:10", "seen"), event("2026-12-01 08:02:20", "dismissed")]
    steps += [view("2026-12-15 08:02:19"), view("2026-12-15 08:02:20")]

    assert are_shown("autumn-appeal", *steps) == [False, False, True, False, True]


def test_the_appeal_is_seen_at_most_four_times_in_30_days() -> None:
    days = [f"2026-12-0{day} 08:00" for day in range(1, 7)]
    steps = [step for day in days for step in (view(day), event(f"{day}:10", "seen"))]
    read = {"2026-11-30": 2}

    assert are_shown("autumn-appeal", *steps[:9], articles=read) == [True] * 4 + [False]


@pytest.mark.parametrize("facts", [{"is_sensitive": True}, {"is_paid_content": True}])
def test_the_appeal_is_silent_on_sensitive_stories_and_advertisers_pages(facts: Json) -> None:
    at = "2026-12-01 08:00"

    assert are_shown("autumn-appeal", view(at), articles={"2026-11-30": 5}) == [True]
    assert are_shown("autumn-appeal", view(at, **facts), articles={"2026-11-30": 5}) == [False]


def test_the_simulation_gives_what_the_page_says() -> None:
    (simulation,) = (document for document in DOCUMENTS if "steps" in document)
    decisions = simulate_text(json.dumps(simulation))

    assert [decision["shown"] for decision in decisions] == [["autumn-appeal"], [], ["autumn-appeal"]]
    (trace,) = decisions[1]["trace"]
    assert (trace["blocked_by"], trace["next_at"]) == ("after_dismissal", "2026-12-15T08:02:00Z")
    parts = {name: simulation["campaigns"][0][name] for name in ("reader", "frequency", "cool_off")}
    assert parts == {name: CAMPAIGNS["autumn-appeal"][name] for name in parts}


@pytest.mark.parametrize(("at", "is_shown"), [("2026-04-01", False), ("2026-04-02", True), ("2027-05-01", False)])
def test_the_banner_is_for_readers_whose_support_has_ended(at: str, is_shown: bool) -> None:
    given = [{"at": "2026-01-01 12:00", "interval": "one_off"}]

    assert are_shown("welcome-back", view(f"{at} 12:00"), contributions=given) == [is_shown]
    assert are_shown("welcome-back", view(f"{at} 12:00")) == [False]


def test_the_banner_is_seen_three_times_never_on_two_days_in_a_row() -> None:
    days = [f"2026-12-0{day} 08:00" for day in range(1, 9)]
    steps = [step for day in days for step in (view(day), event(f"{day}:10", "seen"))]

    shown = are_shown("welcome-back", *_seen_if_shown("welcome-back", steps), supporter="lapsed")

    assert shown == [True, False, False, True, False, False, True, False]


def _seen_if_shown(key: str, steps: list[Json]) -> list[Json]:
    """Leave out what the reader cannot have seen, because the view before it showed nothing."""
    kept: list[Json] = []
    for step in steps:
        shown = are_shown(key, *kept, supporter="lapsed")
        if "view" in step or shown[-1]:
            kept.append(step)
    return kept


def test_the_banner_rests_for_30_days_and_after_a_second_closing_for_90() -> None:
    steps = [
        *(view("2026-01-05 08:00"), event("2026-01-05 08:00:05", "seen"), event("2026-01-05 08:01", "dismissed")),
        *(view("2026-02-04 08:00:59"), view("2026-02-04 08:01")),
        *(event("2026-02-04 08:01:05", "seen"), event("2026-02-04 08:02", "dismissed")),
        *(view("2026-05-05 09:01:59"), view("2026-05-05 09:02")),  # the clocks have changed: 90 days of 24 hours
    ]

    assert are_shown("welcome-back", *steps, supporter="lapsed") == [True, False, True, False, True]


@pytest.mark.parametrize(("is_signed_in", "free"), [(False, 5), (True, 10)])
def test_the_gate_stands_after_the_free_articles_until_the_month_is_over(is_signed_in: bool, free: int) -> None:
    steps = [view(f"2026-11-30 08:{number:02}") for number in range(free + 1)]
    decisions = simulated("five-free", *steps, view("2026-12-01 00:00"), signed_in=is_signed_in)

    assert [decision["access"]["state"] for decision in decisions] == ["metered"] * free + ["gated", "metered"]
    assert decisions[free]["shown"] == ["five-free"]


def test_the_gate_is_open_to_supporters_for_obituaries_for_articles_read_before_and_without_consent() -> None:
    read = [{"gate": "five-free", "at": "2026-11-29 08:00", "pages": ["a", "b", "c", "d", "e"]}]
    at = "2026-11-30 08:00"

    def state(supporter: str = "none", **facts: Any) -> str:
        (decision,) = simulated("five-free", view(at, **facts), free_articles=read, supporter=supporter)
        return str(decision["access"]["state"])

    assert state() == "gated"
    assert state("recurring") == "open"
    assert state(section="obituaries") == "open"
    assert state(page_id="c") == "metered"
    assert state(access="free") == "open"
    assert state(consent="none") == "open"


@pytest.mark.parametrize(
    ("at", "section", "raised_minor", "is_shown"),
    [
        ("2026-11-26 23:59", "news", 0, False),
        ("2026-11-27 00:00", "news", 0, True),
        ("2026-12-20 23:59", "politics", 0, True),
        ("2026-12-21 00:00", "politics", 0, False),
        ("2026-12-01 12:00", "sport", 0, False),
        ("2026-12-01 12:00", "news", 387_999, True),
        ("2026-12-01 12:00", "news", 388_000, False),
    ],
)
def test_the_goal_is_shown_in_its_sections_until_its_day_or_its_sum(
    at: str, section: str, raised_minor: int, is_shown: bool
) -> None:
    assert are_shown("harbour-fund", view(at, section=section), raised_minor=raised_minor) == [is_shown]


def test_the_goal_shows_what_was_contributed_before_and_since() -> None:
    (decision,) = simulated("harbour-fund", view("2026-11-30 12:00"), raised_minor=500)

    (prompt,) = decision["prompts"]
    assert (prompt["ticker"]["raised_minor"], prompt["ticker"]["goal_minor"]) == (612_500, 1_000_000)
    assert "20 days left" in prompt["copy"]["paragraphs"][0]


def test_half_of_the_readers_see_each_heading_always_the_same() -> None:
    def variants(bucket: int) -> set[str]:
        steps = [view("2026-12-01 08:00"), view("2026-12-05 08:00")]
        decisions = simulated("two-headings", *steps, bucket=bucket, articles={"2026-11-30": 5})
        return {prompt["variant"] for decision in decisions for prompt in decision["prompts"]}

    seen = [variants(bucket) for bucket in range(0, 1_000_000, 5_000)]

    assert all(len(one) == 1 for one in seen)
    assert 70 < seen.count({"plain"}) < 130
