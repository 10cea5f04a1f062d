"""The fold: order, budget, and what the trace says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.reader_rules import Device, ReaderRules
from service.campaigns.schedule import Schedule, WallTime
from service.campaigns.site import AmountLimit, Attention
from service.campaigns.variant import Ask, CopyDevice, CurrencyAsk, IntervalAsk, Ticker, TickerLabel
from service.decisions.decide import decide
from service.decisions.prompt import Prompt, prompt_of
from service.decisions.rules.in_order import RULES
from service.money import Interval
from tests.decisions import make


def banner(key: str = "banner", **changes: Any) -> Campaign:
    return make.campaign(key, kind=Kind.BANNER, placement=Placement.PAGE_BOTTOM, **changes)


def prompt(campaign: Campaign, site: dict[str, Any] | None = None, **about: Any) -> Prompt:
    where = make.compiled(campaign, site=make.site(**(site or {})))
    situation = make.situation(where, **about)
    return prompt_of(decide(where, situation).choices[0], situation)


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


def test_a_budget_of_zero_is_silence() -> None:
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


def test_a_goal_that_is_reached_stops_the_campaign() -> None:
    ticker = Ticker(1000, "EUR", (TickerLabel("en", "Goal"),), already_minor=400, stops_at_goal=True)
    campaign = make.campaign(variants=(make.variant(ticker=ticker),))

    for raised, expected in ((0, None), (599, None), (600, "goal")):
        assert make.blocked_by(make.compiled(campaign, raised_minor={"autumn": raised})) == expected


def test_the_ticker_shows_what_is_raised() -> None:
    ticker = Ticker(1000, "EUR", (TickerLabel("en", "Goal"), TickerLabel("ga", "Sprioc")), already_minor=400)
    campaign = make.campaign(variants=(make.variant(ticker=ticker),))

    shown = prompt(campaign, visit=make.visit(language="ga-ie")).ticker

    assert shown is not None
    assert (shown.label, shown.raised_minor, shown.goal_minor) == ("Sprioc", 400, 1000)


@pytest.mark.parametrize(
    ("language", "device", "expected"),
    [
        ("ga", Device.DESKTOP, "Irish"),
        ("ga-ie", Device.DESKTOP, "Irish"),
        ("fr", Device.DESKTOP, "English"),
        (None, Device.DESKTOP, "English"),
        ("en", Device.ANDROID, "Small"),
        ("ga", Device.ANDROID, "Irish"),
    ],
)
def test_the_wording_fits_language_and_screen(language: str | None, device: Device, expected: str) -> None:
    copies = (
        make.copy("ga", heading="Irish"),
        make.copy("en", heading="English"),
        make.copy("en", heading="Small", device=CopyDevice.SMALL),
    )
    campaign = make.campaign(variants=(make.variant(copies=copies),))

    assert prompt(campaign, visit=make.visit(language=language, device=device)).copy.heading == expected


def test_placeholders_are_filled_and_unknown_ones_left_as_they_are() -> None:
    words = make.copy(heading="{article_count} in {site_name}, {days_left} left, {unknown}")
    schedule = Schedule(ends=WallTime(datetime(2026, 11, 20, tzinfo=UTC).date()))

    filled = prompt(make.campaign(variants=(make.variant(copies=(words,)),), schedule=schedule)).copy

    assert filled.heading == "0 in The Tide, 2 left, {unknown}"


def test_amounts_are_in_the_currency_of_the_country_with_the_limits_of_the_site() -> None:
    euro = prompt(make.campaign()).ask
    dollar = prompt(make.campaign(), visit=make.visit(country="US")).ask

    assert (euro.currency, euro.exponent, euro.intervals[0].maximum_minor) == ("EUR", 2, 200_000)
    assert (dollar.currency, dollar.intervals[0].amounts_minor) == ("USD", (600, 1200))


def test_a_variants_own_ask_replaces_the_sites() -> None:
    ask = Ask((CurrencyAsk("EUR", (IntervalAsk(Interval.YEAR, (5000,)),)),), Interval.YEAR, allows_own_amount=False)

    shown = prompt(make.campaign(variants=(make.variant(ask=ask),))).ask

    assert (shown.default_interval, shown.allows_own_amount) == (Interval.YEAR, False)
    assert [one.interval for one in shown.intervals] == [Interval.YEAR]


def test_one_off_only_countries_are_offered_nothing_recurring() -> None:
    campaign = make.campaign(reader=ReaderRules(one_off_only_countries=make.INCLUDE))
    site = {"one_off_only_countries": frozenset({"IE"})}

    shown = prompt(campaign, site, visit=make.visit(country="IE")).ask

    assert [one.interval for one in shown.intervals] == [Interval.ONE_OFF]


def test_a_currency_without_decimals_says_so() -> None:
    yen = Ask((CurrencyAsk("JPY", (IntervalAsk(Interval.ONE_OFF, (500,)),)),), Interval.ONE_OFF)
    site = {"currency": "JPY", "ask": yen, "amount_limits": (AmountLimit("JPY", Interval.ONE_OFF, 100, 9_000),)}

    assert prompt(make.campaign(), site).ask.exponent == 0
