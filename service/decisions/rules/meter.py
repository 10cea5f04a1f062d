"""The meter of a gate: which page views spend a free article, how many are left, and when they come back.

A free article counts as spent until the end of its calendar period, or for the rolling days after it was read. Until
then it can be read again. That end is fixed when the article is read, so a shorter period later gives nothing back.
"""

from dataclasses import dataclass

from service.campaigns.campaign import Campaign
from service.campaigns.gate import Allowance, Meter, Period, Pool
from service.campaigns.page_rules import PageAccess
from service.decisions.situation import Purpose, Situation, Visit, lists_page
from service.readers.meter_pools import SpentRead, pool_fingerprint, pool_use, read_fingerprint, with_free_read
from service.readers.packed_records import FreeRead
from service.readers.reader import Reader
from service.readers.site_time import DAY_SECONDS, SiteTime, instant_of, next_month


@dataclass(frozen=True, slots=True)
class Metering:
    """What the meter says about a page view.

    - `is_open`: the article may be read. `used` and `allowance` are None if no meter applies to the page.
    - `spends`: reading it spends a free article. `resets_at`: when the next one comes back (seconds since 1970).
    """

    is_open: bool
    used: int | None = None
    allowance: int | None = None
    resets_at: int | None = None
    spends: bool = False


def metered(campaign: Campaign, situation: Situation) -> Metering:
    """Ask the gate's meter about a page view. Without a history nothing can be counted, so the article is open."""
    page = situation.page
    if page.access in {PageAccess.FREE, PageAccess.GIFT}:
        return Metering(is_open=True)
    meter = campaign.meter
    if page.access is PageAccess.LOCKED or meter is None or not meter.is_on:
        return Metering(is_open=False)
    if page.page_type in meter.free_types or (meter.free_pages is not None and lists_page(meter.free_pages, page)):
        return Metering(is_open=True)
    allowance = allowance_for(meter, situation.visit)
    if allowance is None or situation.reader is None:
        return Metering(is_open=situation.reader is None and allowance is not None)
    return _counted(campaign, allowance, situation.reader, situation)


def spend(reader: Reader, campaign: Campaign, situation: Situation) -> Reader:
    """Return the reader after reading an article for which `metered` said `spends`."""
    spent = spent_read(reader, campaign, situation)
    return reader if spent is None else with_free_read(reader, spent.pool, spent.read, situation.now.instant)


def spent_read(reader: Reader, campaign: Campaign, situation: Situation) -> SpentRead | None:
    """Return the free article that a page view spends, or None if the gate has no allowance for the reader."""
    allowance = allowance_for(campaign.meter, situation.visit) if campaign.meter else None
    if allowance is None:
        return None
    read = FreeRead(read_fingerprint(reader, situation.page.page_id), _expires_at(allowance, situation.now))
    return SpentRead(pool_of(campaign, situation.visit), read)


def allowance_for(meter: Meter, visit: Visit) -> Allowance | None:
    """Return the allowance for this visit, or None if there is none.

    If the meter has no allowance for unverified readers, they get the one for anonymous readers.
    """
    if not visit.is_signed_in:
        return meter.anonymous
    return meter.registered if visit.is_verified else meter.unverified or meter.anonymous


def pool_of(campaign: Campaign, visit: Visit) -> int:
    """Return the pool that a page view spends from.

    Gates share a pool unless the meter has its own. Registered readers have a separate pool unless the audiences share.
    """
    meter = campaign.meter
    return pool_fingerprint(
        campaign.key if meter and meter.pool is Pool.OWN else None,
        is_registered=visit.is_signed_in and visit.is_verified and not (meter and meter.audiences_share),
    )


def _counted(campaign: Campaign, allowance: Allowance, reader: Reader, situation: Situation) -> Metering:
    use = pool_use(reader, pool_of(campaign, situation.visit), situation.now.instant)
    ends = sorted([read.expires_at for read in use.reads] + [use.older_expires_at] * use.older_used)
    page = read_fingerprint(reader, situation.page.page_id)
    is_read_before = any(read.page == page for read in use.reads)
    if not is_read_before and len(ends) >= allowance.articles:
        back_at = ends[len(ends) - allowance.articles] if allowance.articles else None
        return Metering(False, len(ends), allowance.articles, back_at)
    spends = not is_read_before and situation.visit.purpose is Purpose.VISIT
    if spends:
        ends = sorted([*ends, _expires_at(allowance, situation.now)])
    return Metering(True, len(ends), allowance.articles, ends[0] if ends else None, spends)


def _expires_at(allowance: Allowance, now: SiteTime) -> int:
    match allowance.period:
        case Period.DAY:
            return instant_of(now.day + 1, 0, now.zone)
        case Period.WEEK:
            return instant_of(now.day + 7 - now.weekday, 0, now.zone)
        case Period.MONTH:
            return instant_of(next_month(now.day), 0, now.zone)
        case Period.ROLLING:
            return now.instant + (allowance.rolling_days or 1) * DAY_SECONDS
