"""Lint names campaigns that can never be shown, rules that contradict each other, and settings that look wrong."""

from typing import Any

import pytest

from service.campaigns.campaign import Campaign
from service.campaigns.lint.everything import lint, lint_campaign
from service.campaigns.lint.finding import LintFinding, LintSeverity
from service.campaigns.lint.variants import contrast
from tests.campaigns.make import NOW, campaign, site, variant_document

EPIC_PAGE = {"placement": "article_end"}


def findings(*campaigns: Campaign, **site_changes: Any) -> tuple[LintFinding, ...]:
    return lint(site(**site_changes), campaigns, NOW)


def rules(*campaigns: Campaign, **site_changes: Any) -> set[str]:
    return {finding.rule for finding in findings(*campaigns, **site_changes)}


def test_a_sound_campaign_gives_no_finding() -> None:
    assert findings(campaign()) == ()


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"schedule": {"starts": "2026-12-02", "ends": "2026-12-01"}}, "empty_schedule", "ends before it starts"),
        ({"reader": {"recurring_below": {"EUR": 10}}}, "contradiction", "set reader, supporter: recurring"),
        (
            {"reader": {"recurring_below": {"EUR": 10}, "supporter": "recurring", "consent": "none"}},
            "contradiction",
            "only for readers without consent",
        ),
        ({"schedule": {"ends": "2026-11-17"}}, "schedule_over", "ended at 2026-11-18 00:00"),
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
            "has no effect",
        ),
        ({"frequency": {"caps": {"impressions": 4, "days": 7}, "gap": {"days": 3}}}, "cap_shorter_than_gap", "fewer"),
        ({"frequency": {"caps": {"impressions": 4, "days": 7}, "always_ask": True}}, "always_ask", "do nothing"),
        ({"page": {"sections": {"any": ["Sport"], "none": ["sport"]}}}, "contradiction", "sport is in any and in none"),
        ({"page": {"tags": {"any": ["a"], "none": ["a", "b"]}}}, "never_shown", "also in none"),
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
        ({"reader": {"consent": ["none"], "article_count": {"min": 2}}}, "contradiction", "rules about their history"),
        ({"reader": {"countries": ["UK"]}}, "unknown_country", "the United Kingdom is GB"),
        ({"reader": {"countries": {"any": ["IE"], "none": ["IE"]}}}, "contradiction", "every country"),
        ({"reader": {"one_off_only_countries": "only"}}, "one_off_only", "the site has none"),
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
            "(one_off) is below Stripe's minimum of 0.50 EUR",
        ),
        (
            {"experiment": {"control": {"share": 1}}, "variants": [variant_document(), variant_document(key="b")]},
            "experiment",
            "all readers get the control",
        ),
        ({"experiment": {"holdout": 1}}, "never_shown", "its holdout contains all readers"),
    ],
)
def test_a_setting_that_cannot_work_is_a_problem(changes: dict[str, Any], rule: str, words: str) -> None:
    found = [finding for finding in findings(campaign(**changes)) if finding.rule == rule]

    assert any(words in finding.words and finding.severity is LintSeverity.PROBLEM for finding in found), found


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
def test_a_doubtful_setting_is_advice(changes: dict[str, Any], rule: str) -> None:
    found = [finding for finding in findings(campaign(**changes)) if finding.rule == rule]

    assert [finding.severity for finding in found] == [LintSeverity.ADVICE] * len(found)
    assert found


def test_a_cap_that_can_be_reached_beside_a_gap_gives_no_finding() -> None:
    assert findings(campaign(frequency={"caps": {"impressions": 4, "days": 30}, "gap": {"days": 2}})) == ()
    assert findings(campaign(frequency={"caps": {"impressions": 1, "days": 2}, "gap": {"days": 1}})) == ()


def test_rules_that_only_seem_to_contradict_each_other_give_no_finding() -> None:
    reader = {"article_count": [{"min": 5, "weeks": 4}, {"max": 3, "weeks": 0}], "supporter": "non_supporters"}
    thanks = {"just_contributed": True, "supporter": ["lapsed", "one_off"]}

    assert findings(campaign(reader=reader)) == ()
    assert findings(campaign(reader=thanks)) == ()
    assert findings(campaign(frequency={"daily": {"impressions": 1}, "gap": {"days": 1}})) == ()


def test_a_zero_beside_always_ask_does_not_count_as_never_shown() -> None:
    zero = {"caps": {"impressions": 0, "days": 1}, "total_impressions": 0}

    assert "never_shown" in rules(campaign(frequency=zero))
    assert rules(campaign(frequency={**zero, "always_ask": True})) == {"always_ask"}


def test_a_campaign_that_the_sites_settings_silence_is_named() -> None:
    at_night, without_consent = campaign(schedule={"hours": "23:00-04:59"}), campaign(reader={"consent": "none"})
    asks_nobody = {"contextual_share": 0}

    assert rules(at_night, quiet_hours="22:00-05:00") == rules(without_consent, consent=asks_nobody) == {"never_shown"}
    assert rules(at_night, quiet_hours="22:00-04:00") == rules(without_consent) == set()


def test_hours_that_come_between_start_and_end_give_no_finding() -> None:
    at_once = {"starts": "2026-11-23 10:00", "ends": "2026-11-23 11:00", "hours": "11:00-13:00"}
    on_tuesday = {"starts": "2026-11-23", "ends": "2026-11-24", "weekdays": ["tue"], "hours": "23:59-00:10"}

    assert rules(campaign(schedule=at_once)) == rules(campaign(schedule=on_tuesday)) == set()


def test_an_overlay_on_a_site_without_overlays_is_named() -> None:
    banner = campaign(kind="banner", placement="page_bottom")

    assert rules(banner, attention={"overlays_per_view": 0}) == {"never_shown"}
    assert rules(banner, attention={"overlays_per_view": 1}) == set()


def test_pages_that_the_site_always_excludes_are_named() -> None:
    wants_help = campaign(page={"sections": ["help"]})

    assert "excluded_pages" in rules(wants_help, exclusions=[{"sections": ["Help"]}])
    assert "excluded_pages" not in rules(wants_help, exclusions=[{"sections": ["Help"], "ends_on": "2026-12-01"}])
    assert "excluded_pages" in rules(wants_help, exclusions=[{"reason": "everything"}])


def test_a_section_similar_to_one_named_elsewhere_may_be_misspelt() -> None:
    right = campaign(key="right", priority=1, share=0.5, page={"sections": ["politics"]})
    wrong = campaign(key="wrong", page={"sections": ["poltics"]})

    found = {finding.subject: finding.words for finding in findings(right, wrong) if finding.rule == "misspelt_name"}

    assert found["campaign wrong"] == "only this campaign names poltics; did you mean politics?"


def test_an_upgrade_ask_in_a_currency_of_no_reader_is_advice() -> None:
    upgrade = campaign(reader={"recurring_below": {"USD": 10, "EUR": 9}, "supporter": "recurring"})

    assert [finding.words for finding in findings(upgrade)] == [
        "recurring_below: readers of the site are not asked in USD"
    ]
    assert findings(upgrade, currencies={"US": "USD"}, ask={"one_off": {"EUR": [5], "USD": [5]}}) == ()


def test_archived_campaigns_are_not_checked() -> None:
    assert findings(campaign(share=0, status="archived")) == ()


def test_a_single_campaign_is_checked_together_with_the_others() -> None:
    front = campaign(key="front", priority=1, frequency={}, cool_off={})
    behind = campaign(key="behind")

    found = lint_campaign(site(), [front, behind], behind, NOW)

    assert [finding.rule for finding in found] == ["shadowed"]
    assert found[0].words == "can never be shown: front (priority 1) comes first and is shown in every case"


def test_a_site_is_checked_too() -> None:
    found = rules(
        origins=["http://localhost:8000", "http://courier.example"],
        privacy_url="https://x.example",
        holdout={"share": 1},
    )
    nothing = rules(origins=[], attention={"prompts_per_view": 0})

    assert found == {"development_origin", "never_shown"}
    assert nothing == {"origins", "never_shown"}


def test_a_missing_currency_of_the_site_is_named() -> None:
    euro_only = campaign(variants=[variant_document(ask={"intervals": {"one_off": {"EUR": [5]}}})])

    assert rules(euro_only, currencies={"GB": "GBP"}) == {"currency"}


@pytest.mark.parametrize(
    ("colour", "other", "ratio"),
    [("#ffffff", "#000000", 21.0), ("#777777", "#ffffff", 4.48), ("#0b5563", "#0b5563", 1.0)],
)
def test_contrast_is_computed_as_the_accessibility_guidelines_say(colour: str, other: str, ratio: float) -> None:
    assert contrast(colour, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, colour) == contrast(colour, other)
