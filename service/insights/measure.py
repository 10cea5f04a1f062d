"""Measure what decisions need: the shares of bandits' variants, and the money that campaigns with a goal raised."""

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
from service.database.transaction import committed
from service.insights.bandit import Earned, bandit_shares
from service.insights.store import seen_by_variant
from service.money import Interval
from service.services import Services

PAYMENTS_PER_YEAR = {Interval.ONE_OFF: 1, Interval.MONTH: 12, Interval.YEAR: 1}


def measure_all(services: Services) -> None:
    """Measure every site of the current snapshot. Decisions use the result within seconds."""
    services.part(SnapshotHolder).refresh()
    for snapshot in services.part(SnapshotHolder).current().sites.values():
        measure_site(services, snapshot)


def measure_site(services: Services, snapshot: SiteSnapshot) -> None:
    """Measure a site, and save the shares and amounts that changed in one transaction."""
    bandits = [
        campaign
        for campaign in snapshot.campaigns
        if campaign.experiment and campaign.experiment.method is not Method.FIXED
    ]
    goals = {campaign.key: ticker for campaign in snapshot.campaigns if (ticker := _ticker(campaign)) is not None}
    if not bandits and not goals:
        return
    site, now = snapshot.site, services.clock()
    with committed(services.engine) as connection:
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
    """Yield what each variant earned. A contribution's value is what it pays in a year.

    The unit of value is the smallest amount that the site suggests in the contribution's currency. Amounts in several
    currencies can therefore be added without exchange rates.
    """
    for variant in campaign.variants:
        own = [earned for earned in sums if (earned.campaign, earned.variant) == (campaign.key, variant.key)]
        value = sum(
            earned.amount_minor * PAYMENTS_PER_YEAR[earned.interval] / _unit_minor(site, earned.currency)
            for earned in own
        )
        yield Earned(variant.key, seen.get(variant.key, 0), sum(earned.count for earned in own), value)


def _unit_minor(site: Site, currency: str) -> int:
    ask = site.ask.in_currency(currency)
    amounts = [amount for suggested in ask.intervals for amount in suggested.amounts_minor] if ask else []
    return min(amounts, default=1)


def _ticker(campaign: Campaign) -> Ticker | None:
    return next((variant.ticker for variant in campaign.variants if variant.ticker is not None), None)


def _since(ticker: Ticker, snapshot: SiteSnapshot) -> datetime | None:
    return None if ticker.starts_on is None else starts_at(WallTime(ticker.starts_on), snapshot.zone)
