"""Decisions: the order of campaigns, the room on a page, and the traces."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.reader_rules import Device, ReaderRules
from service.campaigns.site import Attention
from service.decisions.decide import decide
from service.decisions.rules.in_order import RULES
from tests.decisions import make


def banner(key: str = "banner", **changes: Any) -> Campaign:
    return make.campaign(key, kind=Kind.BANNER, placement=Placement.PAGE_BOTTOM, **changes)


def test_high_priority_goes_first_then_the_smaller_number_then_the_older() -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    order = (
        make.campaign("flagged", priority=900, is_high_priority=True),
        make.campaign("zero", priority=0),
        make.campaign("older", priority=5, created_at=old),
        make.campaign("newer", priority=5),
    )
    remaining = list(order)
    for expected in order:
        assert make.shown(make.decided(make.compiled(*reversed(remaining)))) == [expected.key]
        remaining.pop(0)


def test_one_prompt_in_a_placement_one_overlay_and_the_budget_of_the_view() -> None:
    end = make.campaign("end", placement=Placement.ARTICLE_END, priority=3)
    over = banner("over", priority=2)
    campaigns = (make.campaign("top", priority=1), make.campaign("top2", priority=2), over, end)
    where = make.compiled(*campaigns)

    decision = make.decided(where)

    assert make.shown(decision) == ["top", "over"]
    assert make.trace(decision, "top2").blocked_by == "placement_taken"
    assert make.trace(decision, "end").blocked_by == "prompts"
    wide = make.compiled(*campaigns, replace(over, key="over2", placement=Placement.OVER_ARTICLE),
                         site=make.site(attention=Attention(prompts_per_view=5)))  # fmt: skip
    assert make.shown(make.decided(wide)) == ["top", "over", "end"]
    assert make.trace(make.decided(wide), "over2").blocked_by == "overlays"


def test_a_budget_of_zero_shows_nothing() -> None:
    where = make.compiled(make.campaign(), site=make.site(attention=Attention(prompts_per_view=0)))

    assert make.shown(make.decided(where)) == []


def test_explaining_changes_nothing() -> None:
    where = make.compiled(
        make.campaign(), banner(), make.campaign("us", reader=ReaderRules(countries_any=frozenset({"US"})))
    )
    for country in ("US", "IE", None):
        situation = make.situation(where, visit=make.visit(country=country))
        plain, explained = decide(where, situation), decide(where, situation, explains=True)
        assert (plain.choices, plain.access) == (explained.choices, explained.access)
        assert plain.traces == ()


def test_the_trace_names_every_rule_asked_in_order_and_the_first_that_failed() -> None:
    rules = ReaderRules(countries_any=frozenset({"US"}), devices=frozenset({Device.MOBILE}))
    trace = make.trace(make.decided(make.compiled(make.campaign(reader=rules))))

    names = [reason.rule for reason in trace.reasons]
    order = [rule.name for rule in RULES]
    assert names == sorted(names, key=order.index)
    assert trace.blocked_by == "country"
    assert [reason.rule for reason in trace.reasons if not reason.verdict.passed] == ["country", "device"]


def test_a_campaign_without_variants_is_dropped_alone() -> None:
    where = make.compiled(make.campaign(variants=()), make.campaign("other"))

    assert make.shown(make.decided(where)) == ["other"]
    assert where.dropped == ("autumn: a campaign needs a variant",)
