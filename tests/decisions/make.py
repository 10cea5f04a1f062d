"""Build valid values for tests of decisions. Everything has a default, so that a test names only what matters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.frequency import Cap, Counting, Frequency
from service.campaigns.reader_rules import Consent, Inclusion, ReaderRules, SupporterState
from service.campaigns.site import AmountLimit, Site
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.variant import Ask, Copy, CurrencyAsk, IntervalAsk, Variant
from service.decisions.compile import CompiledSite, compile_site
from service.decisions.decide import decide
from service.decisions.decision import Decision, Trace
from service.decisions.rules.supporters import supporter_state
from service.decisions.situation import Page, Situation, Visit
from service.money import Interval
from service.readers.packed_records import PoolUse, PromptRecord
from service.readers.reader import NO_SUPPORT, Reader, Support, new_reader
from service.readers.site_time import SiteTime, site_time_at

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)  # a Wednesday
DAY = 86_400
DUBLIN = "Europe/Dublin"
MONTH = Interval.MONTH
INCLUDE = Inclusion.INCLUDE
ASK = Ask(
    currencies=(
        CurrencyAsk("EUR", (IntervalAsk(Interval.ONE_OFF, (500, 1000), 500), IntervalAsk(Interval.MONTH, (300,), 300))),
        CurrencyAsk("USD", (IntervalAsk(Interval.ONE_OFF, (600, 1200), 600),)),
    ),
    default_interval=Interval.ONE_OFF,
)


def site(**changes: Any) -> Site:
    whole = Site(
        key="tide",
        name="The Tide",
        timezone=DUBLIN,
        origins=("https://tide.example",),
        home_url="https://tide.example/",
        languages=("en",),
        default_language="en",
        currency="EUR",
        ask=ASK,
        amount_limits=(AmountLimit("EUR", Interval.ONE_OFF, 100, 200_000),),
        currencies={"US": "USD"},
    )
    return replace(whole, **changes)


TIDE = site()


def copy(language: str = "en", **changes: Any) -> Copy:
    return replace(Copy(language=language, heading="Heading", paragraphs=("Words.",), button="Give"), **changes)


def variant(key: str = "control", **changes: Any) -> Variant:
    return replace(Variant(key=key, copies=(copy(),)), **changes)


def campaign(key: str = "autumn", **changes: Any) -> Campaign:
    """Build an epic at the top of the article for readers who do not support the site. Gates cover the article."""
    is_gate = changes.get("kind") is Kind.GATE
    whole = Campaign(
        key=key,
        name=key,
        site="tide",
        kind=Kind.EPIC,
        placement=Placement.OVER_ARTICLE if is_gate else Placement.ARTICLE_TOP,
        variants=(variant(),),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        reader=ReaderRules(),
    )
    return replace(whole, **changes)


def compiled(*campaigns: Campaign, site: Site | None = None, **changes: Any) -> CompiledSite:
    where = site or TIDE
    return compile_site(SiteSnapshot(site=where, zone=ZoneInfo(where.timezone), campaigns=campaigns, **changes))


def reader(
    *,
    prompts: Sequence[PromptRecord] = (),
    pools: Sequence[PoolUse] = (),
    support: Support = NO_SUPPORT,
    **changes: Any,
) -> Reader:
    plain = structs.replace(new_reader(instant(), bucket=123_456, salt=7), **changes)
    return plain.with_prompts(prompts).with_pools(pools).with_support(support)


def instant(now: datetime = NOW) -> int:
    return int(now.timestamp())


def time_at(now: datetime = NOW, zone: str = DUBLIN) -> SiteTime:
    return site_time_at(now, ZoneInfo(zone))


def page(**changes: Any) -> Page:
    return structs.replace(Page(page_id="/a"), **changes)


def visit(**changes: Any) -> Visit:
    return structs.replace(Visit(consent=Consent.FULL), **changes)


def situation(where: CompiledSite, *, now: datetime = NOW, who: Reader | None = None, **changes: Any) -> Situation:
    """Build a situation. `who` defaults to a reader without a history; `has_reader=False` means no consent."""
    at = site_time_at(now, where.zone)
    known = None if changes.pop("has_reader", True) is False else who or reader(first_seen_at=at.instant)
    whole = Situation(
        site=where.site,
        page=changes.pop("page", page()),
        visit=changes.pop("visit", visit()),
        reader=known,
        supporter=supporter_state(known.support, where.site.supporters, at)
        if known
        else changes.pop("supporter", SupporterState.NONE),
        now=at,
        raised_minor=where.raised_minor,
    )
    return structs.replace(whole, **changes)


def decided(where: CompiledSite, **about: Any) -> Decision:
    return decide(where, situation(where, **about), explains=True)


def trace(decision: Decision, key: str = "autumn") -> Trace:
    return next(found for found in decision.traces if found.campaign == key)


def shown(decision: Decision) -> list[str]:
    return [choice.prepared.campaign.key for choice in decision.choices]


def blocked_by(where: CompiledSite, key: str = "autumn", **about: Any) -> str | None:
    """Return the rule that blocks a campaign, or None if it is shown."""
    return trace(decided(where, **about), key).blocked_by


def capped(impressions: int, *, days: int, counting: Counting = Counting.OWN) -> Frequency:
    return Frequency(caps=(Cap(impressions, days, counting),))
