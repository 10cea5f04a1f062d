"""Free articles before a gate: what a page view spends, what is left, and when it comes back. Reading again is free.

A free article is spent until the end of the calendar period it was read in, or for the rolling days from its reading.
That end is fixed when it is read, so shortening a period later refunds nothing. What is in doubt is open.
"""

from dataclasses import dataclass

from service.campaigns.campaign import Campaign
from service.campaigns.gate import Allowance, Meter, Period, Pool
from service.campaigns.page_rules import PageAccess, PageMatch
from service.decisions.situation import Page, Purpose, Situation, Visit
from service.readers.meter_pools import pool_fingerprint, pool_use, read_fingerprint, with_free_read
from service.readers.reader import FreeRead, Reader
from service.readers.site_time import DAY_SECONDS, SiteTime, instant_of, next_month


@dataclass(frozen=True, slots=True)
class Metering:
    """What the meter says of one page view.

    - `is_open`: the article may be read. `used` and `allowance` are None where no meter applies to the page.
    - `spends`: reading it uses a free article; `resets_at`: when the next one comes back (seconds since 1970).
    """

    is_open: bool
    used: int | None = None
    allowance: int | None = None
    resets_at: int | None = None
    spends: bool = False


def metered(campaign: Campaign, situation: Situation) -> Metering:
    """How the gate's meter treats this page view. Not asked in contextual mode, where nothing can be counted."""
    page = situation.page
    if page.access in {PageAccess.FREE, PageAccess.GIFT}:
        return Metering(is_open=True)
    meter = campaign.meter
    if page.access is PageAccess.LOCKED or meter is None or not meter.is_on:
        return Metering(is_open=False)
    if page.page_type in meter.free_types or (meter.free_pages is not None and _is_free(meter.free_pages, page)):
        return Metering(is_open=True)
    allowance = allowance_for(meter, situation.visit)
    if allowance is None or situation.reader is None:
        return Metering(is_open=situation.reader is None and allowance is not None)
    return _counted(campaign, allowance, situation.reader, situation)


def spend(reader: Reader, campaign: Campaign, situation: Situation) -> Reader:
    """The reader after reading a free article that `metered` said would be spent."""
    allowance = allowance_for(campaign.meter, situation.visit) if campaign.meter else None
    if allowance is None:
        return reader
    read = FreeRead(read_fingerprint(reader, situation.page.page_id), _expires_at(allowance, situation.now))
    return with_free_read(reader, pool_of(campaign, situation.visit), read, situation.now.instant)


def allowance_for(meter: Meter, visit: Visit) -> Allowance | None:
    """The terms of this reader's audience. An unverified reader without terms of their own has the anonymous ones."""
    if not visit.is_signed_in:
        return meter.anonymous
    return meter.registered if visit.is_verified else meter.unverified or meter.anonymous


def pool_of(campaign: Campaign, visit: Visit) -> int:
    """Which count a page view spends from: shared by gates or of one gate, and of one audience unless they share."""
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


def _is_free(pages: PageMatch, page: Page) -> bool:
    """Here nothing listed means no page."""
    return page.section in pages.sections or bool(page.tags & pages.tags) or page.page_id.casefold() in pages.page_ids
