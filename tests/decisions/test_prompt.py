"""Prompts: wording, amounts and ticker for a reader."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import Device, ReaderRules
from service.campaigns.schedule import Schedule, WallTime
from service.campaigns.site import AmountLimit
from service.campaigns.variant import Ask, CopyDevice, CurrencyAsk, IntervalAsk, Ticker, TickerLabel
from service.decisions.decide import decide
from service.decisions.prompt import prompts_of
from service.money import Interval
from tests.decisions import make


def prompt(campaign: Campaign, site: dict[str, Any] | None = None, **about: Any) -> dict[str, Any]:
    where = make.compiled(campaign, site=make.site(**(site or {})))
    situation = make.situation(where, **about)
    return prompts_of(decide(where, situation).choices, situation)[0].body()


def test_the_ticker_shows_what_is_raised() -> None:
    ticker = Ticker(1000, "EUR", (TickerLabel("en", "Goal"), TickerLabel("ga", "Sprioc")), already_minor=400)
    campaign = make.campaign(variants=(make.variant(ticker=ticker),))

    shown = prompt(campaign, visit=make.visit(language="ga-ie"))["ticker"]

    assert shown == {"label": "Sprioc", "raised_minor": 400, "goal_minor": 1000, "currency": "EUR", "ends_on": None}


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

    assert prompt(campaign, visit=make.visit(language=language, device=device))["copy"]["heading"] == expected


def test_placeholders_are_filled_and_unknown_ones_left_as_they_are() -> None:
    words = make.copy(heading="{article_count} in {site_name}, {days_left} left, {unknown}")
    schedule = Schedule(ends=WallTime(datetime(2026, 11, 20, tzinfo=UTC).date()))

    filled = prompt(make.campaign(variants=(make.variant(copies=(words,)),), schedule=schedule))["copy"]

    assert filled["heading"] == "0 in The Tide, 2 left, {unknown}"


def test_only_the_wording_has_placeholders() -> None:
    words = make.copy(
        heading='{site_name} {days_left}"{"article_count}', paragraphs=("{{article_count}}", "{Site_name}")
    )
    ticker = Ticker(1000, "EUR", (TickerLabel("en", "{article_count}"),))

    shown = prompt(
        make.campaign(variants=(make.variant(copies=(words,), ticker=ticker),)), {"name": 'The "T" {site_name}'}
    )

    assert shown["copy"]["heading"] == 'The "T" {site_name} {days_left}"{"article_count}'
    assert shown["copy"]["paragraphs"] == ["{0}", "{Site_name}"]
    assert shown["ticker"]["label"] == "{article_count}"


def test_amounts_are_in_the_currency_of_the_country_with_the_limits_of_the_site() -> None:
    euro = prompt(make.campaign())["ask"]
    dollar = prompt(make.campaign(), visit=make.visit(country="US"))["ask"]

    assert (euro["currency"], euro["exponent"], euro["intervals"][0]["maximum_minor"]) == ("EUR", 2, 200_000)
    assert (dollar["currency"], dollar["intervals"][0]["amounts_minor"]) == ("USD", [600, 1200])


def test_a_variants_own_ask_replaces_the_sites() -> None:
    ask = Ask((CurrencyAsk("EUR", (IntervalAsk(Interval.YEAR, (5000,)),)),), Interval.YEAR, allows_own_amount=False)

    shown = prompt(make.campaign(variants=(make.variant(ask=ask),)))["ask"]

    assert (shown["default_interval"], shown["allows_own_amount"]) == (Interval.YEAR, False)
    assert [offered["interval"] for offered in shown["intervals"]] == [Interval.YEAR]


def test_one_off_only_countries_are_offered_nothing_recurring() -> None:
    campaign = make.campaign(reader=ReaderRules(one_off_only_countries=make.INCLUDE))
    site = {"one_off_only_countries": frozenset({"IE"})}

    shown = prompt(campaign, site, visit=make.visit(country="IE"))["ask"]

    assert [offered["interval"] for offered in shown["intervals"]] == [Interval.ONE_OFF]


def test_a_currency_without_decimals_says_so() -> None:
    yen = Ask((CurrencyAsk("JPY", (IntervalAsk(Interval.ONE_OFF, (500,)),)),), Interval.ONE_OFF)
    site = {"currency": "JPY", "ask": yen, "amount_limits": (AmountLimit("JPY", Interval.ONE_OFF, 100, 9_000),)}

    assert prompt(make.campaign(), site)["ask"]["exponent"] == 0
