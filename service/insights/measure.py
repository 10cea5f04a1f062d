"""Measures what decisions need: shares of bandits' variants, and what campaigns with a goal have raised."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime

from service.campaigns.campaign import Campaign
from service.campaigns.experiment import Method
from service.campaigns.schedule import WallTime, starts_at
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.measures_store import save_raised, save_variant_shares
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.variant import Ticker
from service.contributions.earned_store import EarnedSum, earned_sums, raised_minor
from service.insights.bandit import Earned, bandit_shares
from service.insights.store import seen_by_variant
from service.money import Interval
from service.services import Services

PAYMENTS_PER_YEAR = {Interval.ONE_OFF: 1, Interval.MONTH: 12, Interval.YEAR: 1}


def measure_all(services: Services) -> None:
    """Every site of the current snapshot; decisions load the result within seconds."""
    services.part(SnapshotHolder).refresh()
    for snapshot in services.part(SnapshotHolder).current().sites.values():
        measure_site(services, snapshot)


def measure_site(services: Services, snapshot: SiteSnapshot) -> None:
    """One site, in one transaction, and only where something changed."""
    bandits = [one for one in snapshot.campaigns if one.experiment and one.experiment.method is not Method.FIXED]
    goals = {one.key: ticker for one in snapshot.campaigns if (ticker := _ticker(one)) is not None}
    if not bandits and not goals:
        return
    site, now = snapshot.site, services.clock()
    with services.engine.begin() as connection:
        sums = earned_sums(connection, site.key) if bandits else ()
        for campaign in bandits:
            seen = seen_by_variant(connection, site.key, campaign.key)
            earned = tuple(earned_by_variant(campaign, seen, sums, site))
            if campaign.experiment is not None:
                source = random.Random(f"{campaign.key}:{now.isoformat()}")  # noqa: S311 sampling, not secrecy
                shares = bandit_shares(campaign.experiment, earned, source)
                if shares != snapshot.variant_shares.get(campaign.key):
                    save_variant_shares(connection, campaign.key, shares, now)
        raised = {
            key: raised_minor(connection, site.key, key, ticker.currency, _since(ticker, snapshot))
            for key, ticker in goals.items()
        }
        changed = {key: amount for key, amount in raised.items() if snapshot.raised_minor.get(key) != amount}
        if changed:
            save_raised(connection, changed, now)


def earned_by_variant(
    campaign: Campaign, seen: dict[str, int], sums: Sequence[EarnedSum], site: Site
) -> Iterable[Earned]:
    """Value of a year's giving per variant, in units of the smallest amount the site suggests in a currency.

    So amounts in several currencies add up without exchange rates: the newsroom has said what it holds to be equal.
    """
    for variant in campaign.variants:
        mine = [one for one in sums if (one.campaign, one.variant) == (campaign.key, variant.key)]
        value = sum(
            one.amount_minor * PAYMENTS_PER_YEAR[one.interval] / _unit_minor(site, one.currency) for one in mine
        )
        yield Earned(variant.key, seen.get(variant.key, 0), sum(one.count for one in mine), value)


def _unit_minor(site: Site, currency: str) -> int:
    ask = site.ask.in_currency(currency)
    amounts = [amount for one in ask.intervals for amount in one.amounts_minor] if ask else []
    return min(amounts, default=1)


def _ticker(campaign: Campaign) -> Ticker | None:
    return next((variant.ticker for variant in campaign.variants if variant.ticker is not None), None)


def _since(ticker: Ticker, snapshot: SiteSnapshot) -> datetime | None:
    return None if ticker.starts_on is None else starts_at(WallTime(ticker.starts_on), snapshot.zone)
