"""Lint says in words what can never be shown, what contradicts, and what only looks wrong."""

from typing import Any

import pytest

from service.campaigns.campaign import Campaign
from service.campaigns.lint.everything import lint, lint_one
from service.campaigns.lint.finding import LintFinding, LintSeverity
from service.campaigns.lint.variants import contrast
from tests.campaigns.documents import NOW, campaign, site, variant_document

EPIC_PAGE = {"placement": "article_end"}


def findings(*campaigns: Campaign, **site_changes: Any) -> tuple[LintFinding, ...]:
    return lint(site(**site_changes), campaigns, NOW)


def rules(*campaigns: Campaign, **site_changes: Any) -> set[str]:
    return {found.rule for found in findings(*campaigns, **site_changes)}


def test_a_sound_campaign_gives_no_finding() -> None:
    assert findings(campaign()) == ()


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"schedule": {"starts": "2026-12-02", "ends": "2026-12-01"}}, "empty_schedule", "ends before it starts"),
        ({"schedule": {"ends": "2026-11-17"}}, "schedule_over", "ended on 2026-11-18 00:00"),
        (
            {"schedule": {"starts": "2026-11-23", "ends": "2026-11-24", "weekdays": ["sun"]}},
            "empty_schedule",
            "weekdays",
        ),
        (
            {"schedule": {"starts": "2026-11-23 10:00", "ends": "2026-11-23 11:00", "hours": "12:00-13:00"}},
            "empty_schedule",
            "hours",
        ),
        (
            {
                "schedule": {
                    "starts": "2026-11-23",
                    "ends": "2026-11-24 08:00",
                    "weekdays": ["tue"],
                    "hours": "09:00-10:00",
                }
            },
            "empty_schedule",
            "hours",
        ),
        (
            {"schedule": {"starts": "2027-03-28", "ends": "2027-03-28", "hours": "01:10-01:40"}},
            "empty_schedule",
            "hours",
        ),
        ({"reader": {"signed_in": True}}, "never_shown", "reader_assertion"),
        ({"reader": {"external_audiences": ["loyal"]}}, "never_shown", "audience_service"),
        ({"frequency": {"total_impressions": 3, "always_ask": True}}, "always_ask", "do nothing"),
        ({"share": 0}, "never_shown", "share is 0"),
        ({"frequency": {"caps": {"impressions": 0, "days": 1}}}, "never_shown", "a cap allows 0"),
        ({"frequency": {"total_impressions": 0}}, "never_shown", "total_impressions is 0"),
        ({"cool_off": {"after_dismissal": {"ends_after": 0}}}, "never_shown", "0 dismissals"),
        ({"variants": [variant_document(weight=0)]}, "experiment", "weight 0"),
        (
            {"frequency": {"caps": {"impressions": 4, "days": 7}, "gap": {"days": 7}}},
            "cap_shorter_than_gap",
            "never binds",
        ),
        ({"frequency": {"caps": {"impressions": 4, "days": 7}, "gap": {"days": 3}}}, "cap_shorter_than_gap", "fewer"),
        ({"frequency": {"caps": {"impressions": 4, "days": 7}, "always_ask": True}}, "always_ask", "do nothing"),
        ({"page": {"sections": {"any": ["Sport"], "none": ["sport"]}}}, "contradiction", "sport is in any and in none"),
        ({"page": {"tags": {"any": ["a"], "none": ["a", "b"]}}}, "never_shown", "also excluded"),
        ({"reader": {"article_count": [{"min": 5}, {"max": 3}]}}, "contradiction", "at least 5 and at most 3"),
        (
            {"reader": {"article_count": [{"min": 5, "weeks": 0}, {"max": 3, "weeks": 4}]}},
            "contradiction",
            "at least 5 and at most 3",
        ),
        (
            {"reader": {"article_count": [{"min": 5, "days": 2}, {"max": 3, "days": 7}]}},
            "contradiction",
            "at least 5 and at most 3",
        ),
        (
            {"frequency": {"daily": {"impressions": 3}, "gap": {"days": 1}}},
            "cap_shorter_than_gap",
            "the daily cap of 3",
        ),
        ({"reader": {"just_contributed": True}}, "contradiction", "set reader, supporter: everyone"),
        ({"reader": {"consent": ["none"], "article_count": {"min": 2}}}, "contradiction", "no history is read"),
        ({"reader": {"countries": ["UK"]}}, "unknown_country", "the United Kingdom is GB"),
        ({"reader": {"countries": {"any": ["IE"], "none": ["IE"]}}}, "contradiction", "every country"),
        ({"reader": {"one_off_only_countries": "only"}}, "one_off_only", "the site names none"),
        ({"reader": {"countries": ["atlantis"]}}, "unknown_country_group", "atlantis is not one of"),
        ({"reader": {"signed_in": False, "suppressible": True}}, "contradiction", "signed-in readers"),
        (
            {"reader": {"abandoned_checkout": {"within_days": 1, "after_hours": 24}}},
            "contradiction",
            "after_hours is not shorter",
        ),
        (
            {"variants": [variant_document(copy={"en": {"heading": "{days_left} days", "button": "Give"}})]},
            "placeholder",
            "needs an end of the schedule",
        ),
        (
            {"variants": [variant_document(copy={"en": {"heading": "{article_count_in_window}", "button": "Give"}})]},
            "placeholder",
            "needs a rule in reader, article_count",
        ),
        ({"variants": [variant_document(design={"accent": "#777", "accent_text": "#888"})]}, "contrast", "contrast of"),
        (
            {"variants": [variant_document(ask={"intervals": {"one_off": {"EUR": [5, 5000]}}})]},
            "amount",
            "5000.00 EUR (one_off) is outside",
        ),
        (
            {"variants": [variant_document(ask={"intervals": {"one_off": {"EUR": ["0.20"]}}})]},
            "amount",
            "less than Stripe charges",
        ),
        (
            {"experiment": {"control": {"share": 1}}, "variants": [variant_document(), variant_document(key="b")]},
            "experiment",
            "the control takes everybody",
        ),
        ({"experiment": {"holdout": 1}}, "never_shown", "its holdout takes everybody"),
    ],
)
def test_what_cannot_work_is_a_problem(changes: dict[str, Any], rule: str, words: str) -> None:
    found = [one for one in findings(campaign(**changes)) if one.rule == rule]

    assert any(words in one.words and one.severity is LintSeverity.PROBLEM for one in found), found


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"frequency": {}}, "no_cap"),
        ({"cool_off": {}}, "no_cool_off"),
        ({"placement": "over_article"}, "placement"),
        ({"variants": [variant_document(copy={"ga": {"heading": "Dia duit", "button": "Tabhair"}})]}, "language"),
        ({"variants": [variant_document(design={"accent": "#000"})]}, "contrast"),
        ({"experiment": {}}, "experiment"),
        (
            {"variants": [variant_document(ask={"intervals": {"month": {"EUR": [10]}, "year": {"EUR": [5]}}})]},
            "amount",
        ),
    ],
)
def test_what_looks_doubtful_is_advice(changes: dict[str, Any], rule: str) -> None:
    found = [one for one in findings(campaign(**changes)) if one.rule == rule]

    assert [one.severity for one in found] == [LintSeverity.ADVICE] * len(found)
    assert found


def test_a_cap_that_can_be_reached_beside_a_gap_is_left_alone() -> None:
    assert findings(campaign(frequency={"caps": {"impressions": 4, "days": 30}, "gap": {"days": 2}})) == ()
    assert findings(campaign(frequency={"caps": {"impressions": 1, "days": 2}, "gap": {"days": 1}})) == ()


def test_rules_that_only_look_alike_are_left_alone() -> None:
    reader = {"article_count": [{"min": 5, "weeks": 4}, {"max": 3, "weeks": 0}], "supporter": "non_supporters"}
    thanks = {"just_contributed": True, "supporter": ["lapsed", "one_off"]}

    assert findings(campaign(reader=reader)) == ()
    assert findings(campaign(reader=thanks)) == ()
    assert findings(campaign(frequency={"daily": {"impressions": 1}, "gap": {"days": 1}})) == ()


def test_a_zero_that_does_nothing_hides_nothing() -> None:
    zero = {"caps": {"impressions": 0, "days": 1}, "total_impressions": 0}

    assert "never_shown" in rules(campaign(frequency=zero))
    assert rules(campaign(frequency={**zero, "always_ask": True})) == {"always_ask"}


def test_what_the_site_leaves_no_room_for_is_named() -> None:
    at_night, without_consent = campaign(schedule={"hours": "23:00-04:59"}), campaign(reader={"consent": "none"})
    asks_nobody = {"contextual_share": 0}

    assert rules(at_night, quiet_hours="22:00-05:00") == rules(without_consent, consent=asks_nobody) == {"never_shown"}
    assert rules(at_night, quiet_hours="22:00-04:00") == rules(without_consent) == set()


def test_hours_that_come_between_start_and_end_are_left_alone() -> None:
    at_once = {"starts": "2026-11-23 10:00", "ends": "2026-11-23 11:00", "hours": "11:00-13:00"}
    on_tuesday = {"starts": "2026-11-23", "ends": "2026-11-24", "weekdays": ["tue"], "hours": "23:59-00:10"}

    assert rules(campaign(schedule=at_once)) == rules(campaign(schedule=on_tuesday)) == set()


def test_what_lies_over_the_page_where_nothing_may_is_named() -> None:
    banner = campaign(kind="banner", placement="page_bottom")

    assert rules(banner, attention={"overlays_per_view": 0}) == {"never_shown"}
    assert rules(banner, attention={"overlays_per_view": 1}) == set()


def test_pages_the_site_excludes_for_good_are_named() -> None:
    wants_help = campaign(page={"sections": ["help"]})

    assert "excluded_pages" in rules(wants_help, exclusions=[{"sections": ["Help"]}])
    assert "excluded_pages" not in rules(wants_help, exclusions=[{"sections": ["Help"], "ends_on": "2026-12-01"}])
    assert "excluded_pages" in rules(wants_help, exclusions=[{"reason": "everything"}])


def test_a_section_close_to_one_named_elsewhere_may_be_misspelt() -> None:
    right = campaign(key="right", priority=1, share=0.5, page={"sections": ["politics"]})
    wrong = campaign(key="wrong", page={"sections": ["poltics"]})

    found = [one for one in findings(right, wrong) if one.rule == "misspelt_name" and one.subject == "campaign wrong"]

    assert found[0].words == "poltics is named nowhere else; did you mean politics?"


def test_archived_campaigns_are_left_alone() -> None:
    assert findings(campaign(share=0, status="archived")) == ()


def test_one_campaign_is_judged_among_the_others() -> None:
    front = campaign(key="front", priority=1, frequency={}, cool_off={})
    behind = campaign(key="behind")

    found = lint_one(site(), [front, behind], behind, NOW)

    assert [one.rule for one in found] == ["shadowed"]
    assert found[0].words == "can never be shown: front (priority 1) is asked first and takes every case"


def test_a_site_is_judged_too() -> None:
    found = rules(
        origins=["http://localhost:8000", "http://courier.example"],
        privacy_url="https://x.example",
        holdout={"share": 1},
    )
    nothing = rules(origins=[], attention={"prompts_per_view": 0})

    assert found == {"development_origin", "never_shown"}
    assert nothing == {"origins", "never_shown"}


def test_a_currency_some_readers_are_asked_in_must_not_be_missing() -> None:
    euro_only = campaign(variants=[variant_document(ask={"intervals": {"one_off": {"EUR": [5]}}})])

    assert rules(euro_only, currencies={"GB": "GBP"}) == {"currency"}


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#ffffff", "#000000", 21.0), ("#777777", "#ffffff", 4.48), ("#0b5563", "#0b5563", 1.0)]
)
def test_contrast_is_the_one_of_the_accessibility_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)
