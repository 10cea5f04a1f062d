"""Measuring saves the shares of bandits and the money raised to the snapshot that decisions use."""

from collections import Counter
from datetime import date

from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.contributions.earned_store import EarnedSum
from service.decisions.tally import Cell, Counted
from service.insights.measure import earned_by_variant, measure_all
from service.insights.store import flush_counts
from service.money import Interval
from service.services import Services
from tests.decisions import make


def test_value_is_a_years_contributions_in_units_of_the_sites_smallest_amounts() -> None:
    campaign = make.campaign(variants=(make.variant("a"), make.variant("b")))
    sums = (
        EarnedSum("autumn", "a", Interval.ONE_OFF, "EUR", 2, 600),
        EarnedSum("autumn", "a", Interval.MONTH, "EUR", 1, 300),
        EarnedSum("autumn", "b", Interval.ONE_OFF, "USD", 1, 1200),
        EarnedSum("other", "a", Interval.ONE_OFF, "EUR", 9, 9000),
    )

    earned = {result.variant: result for result in earned_by_variant(campaign, {"a": 50}, sums, make.site())}

    assert (earned["a"].seen, earned["a"].contributions, earned["a"].value) == (50, 3, 2 + 12)
    assert (earned["b"].seen, earned["b"].contributions, earned["b"].value) == (0, 1, 2)


def test_measuring_works_without_sites(services: Services) -> None:
    measure_all(services)


def test_shares_and_money_raised_reach_the_snapshot(services: Services) -> None:
    author = Author("tests", services.clock())
    words = {"en": {"heading": "Give", "button": "Give"}}
    ticker = {"goal": 10, "currency": "EUR", "label": {"en": "Goal"}, "starts_on": "2026-11-01"}
    site = {"key": "tide", "name": "Tide", "timezone": "UTC", "home_url": "https://tide.example", "currency": "EUR"}
    campaign = {
        "key": "autumn",
        "site": "tide",
        "kind": "epic",
        "placement": "article_top",
        "experiment": {"method": "roulette", "minimum_seen": 1},
        "variants": [{"key": key, "copy": words, "ticker": ticker} for key in "ab"],
    }
    save_site(services.engine, site, author)
    save_campaign(services.engine, campaign, author)
    publish(services.engine, DocumentKind.CAMPAIGN, "autumn", Release(), author)
    flush_counts(
        services.engine,
        Counter({Cell("tide", "autumn", key, date(2026, 11, 18), True, Counted.SEEN): 10 for key in "ab"}),
        Counter(),
        {},
    )

    measure_all(services)
    services.part(SnapshotHolder).refresh()

    snapshot = services.part(SnapshotHolder).current().site("tide")
    assert {share.variant: share.share for share in snapshot.variant_shares["autumn"]} == {"a": 0.5, "b": 0.5}
    assert snapshot.raised_minor == {"autumn": 0}
