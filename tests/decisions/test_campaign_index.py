"""The index never changes a decision: it agrees with asking every rule about every campaign."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from service.campaigns.campaign import Campaign, Placement
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.page_rules import PageAccess, PageType
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.campaign_index import Left
from service.decisions.compile import CompiledSite, compile_site
from service.decisions.decide import ask_rules, decide
from service.decisions.rules.in_order import RULES
from service.decisions.rules.supporters import contributed
from service.decisions.situation import Page, Purpose, Situation, Visit
from service.money import Money
from service.readers.history import Reading, choosing, record_view, topic_fingerprint
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_event
from service.readers.reader import Reader, new_reader
from service.readers.site_time import site_time_at
from tests.decisions import make
from tests.examples import examples

SITE: dict[str, Any] = {
    "key": "tide", "name": "The Tide", "timezone": "Europe/Dublin", "home_url": "https://tide.example/",
    "origins": ["https://tide.example"], "currency": "EUR", "one_off_only_countries": ["FR"],
    "ask": {"intervals": {"one_off": {"EUR": {"amounts": [5, 10], "default": 5}}}},
    "frequency": {"gap": {"hours": 1}, "caps": {"impressions": 3, "days": 7}, "daily": {"impressions": 2}},
    "holdout": {"share": 0.2}, "quiet_hours": "02:00-05:00", "consent": {"contextual_share": 0.5},
    "exclusions": [{"sections": ["obituaries"]}, {"tags": ["court"], "starts_on": "2026-11-01"},
                   {"sections": ["sport"], "kinds": ["epic"]}, {"paths": ["/games"]}],
}  # fmt: skip
SITES: tuple[dict[str, Any], ...] = (
    SITE | {"sensitive": {"sections": ["harbour"]}},
    SITE | {"exclusions": [{"tags": ["court"], "pages": ["b"]}, {"sections": ["sport"], "kinds": ["epic"]}]},
)
NAMES = ("news", "culture", "harbour", "wind", "boats", "court", "obituaries", "sport")
PLACES = tuple(Placement)
PAGES: tuple[dict[str, Any], ...] = (
    {}, {"types": ["article", "liveblog"]}, {"types": ["front"]}, {"access": ["metered", "locked"]},
    {"sections": {"any": ["news", "harbour"], "none": ["court"]}}, {"tags": {"none": ["sport", "culture"]}},
    {"sections": ["culture"], "tags": ["harbour"]}, {"pages": {"any": ["a", "b"]}}, {"pages": {"none": ["b"]}},
    {"sensitive": "also"}, {"sensitive": "only"}, {"paid": "only"},
)  # fmt: skip
READERS: tuple[dict[str, Any], ...] = (
    {}, {"supporter": "everyone"}, {"supporter": ["recurring", "one_off"]}, {"article_count": {"min": 2, "weeks": 4}},
    {"article_count": {"min": 1, "max": 3}}, {"article_count": {"max": 2, "days": 7}}, {"signed_in": True},
    {"article_count": [{"min": 1}, {"max": 9, "weeks": 0}]}, {"article_count": {"min": 1, "topics": ["news"]}},
    {"consent": ["full"]}, {"consent": ["none", "meter"]}, {"countries": {"any": ["IE", "GB"], "none": ["GB"]}},
    {"countries": {"none": ["US"]}}, {"one_off_only_countries": "only"}, {"one_off_only_countries": "include"},
    {"devices": ["mobile"]}, {"devices": ["desktop", "ios"]}, {"languages": ["en"]}, {"languages": ["en-ie", "de"]},
    {"referrers": {"any": ["search.example"], "none": ["mail.search.example"]}}, {"holdout": "include"},
    {"holdout": "only"}, {"first_seen": {"min_days": 3}}, {"favourite_topics": ["news", "sport"]},
    {"supporter": "recurring", "recurring_below": {"EUR": 10}}, {"external_audiences": ["members", "donors"]},
    {"suppressible": True},
)  # fmt: skip
SCHEDULES: tuple[dict[str, Any], ...] = (
    {}, {"starts": "2026-11-18 11:00"}, {"ends": "2026-11-18"}, {"weekdays": ["wed", "fri"]}, {"hours": "09:00-10:30"},
)  # fmt: skip
MORE: tuple[dict[str, Any], ...] = (
    {}, {"frequency": {"caps": {"impressions": 1, "days": 3}, "gap": {"days": 2}}}, {"share": 0.5},
    {"frequency": {"always_ask": True}}, {"frequency": {"every_nth_view": 2}}, {"status": "draft"},
    {"cool_off": {"after_contribution": {"one_off_days": 3}}}, {"is_paused": True},
    {"share": {"share": 0.4, "offset": 0.3}}, {"frequency": {"total_impressions": 2, "total_contributions": 1}},
    {"frequency": {"daily": {"impressions": 1}}}, {"frequency": {"cycle": {"impressions": 2, "rest_days": 2}}},
    {"frequency": {"caps": {"impressions": 0, "days": 2}}},
    {"frequency": {"caps": {"impressions": 2, "days": 3, "counting": "all"}, "gap": {"hours": 8, "counting": "all"}}},
    {"cool_off": {"after_dismissal": {"days": [1, 2], "ends_after": 2}}},
    {"cool_off": {"after_dismissal": {"days": [1], "ends_after": 2, "counting": "all"}}},
)  # fmt: skip


@cache
def campaign(page: int, reader: int, schedule: int, more: int, place: int) -> Campaign:
    """Return the campaign with one choice of each list. The fifth place is a gate."""
    is_gate = place == len(PLACES)
    return load_campaign(
        {
            "key": f"c{page}-{reader}-{schedule}-{more}-{place}",
            "site": "tide",
            "kind": "gate" if is_gate else "epic",
            "placement": (PLACES[-1] if is_gate else PLACES[place]).value,
            "page": PAGES[page],
            "reader": READERS[reader],
            "schedule": SCHEDULES[schedule],
            "variants": [{"key": "control", "copy": {"en": {"heading": "Stay", "button": "Give"}}}],
            **(
                {"gate": {"type": "registration", "strength": "soft"}, "meter": {"anonymous": {"allowance": 2}}}
                if is_gate
                else {}
            ),
            **MORE[more],
        }
    )


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Draw the usual value most of the time, so that many campaigns pass most of their rules and some are shown."""
    return st.sampled_from([usual] * 4 * len(others) + list(others))


CAMPAIGNS = st.builds(
    campaign,
    st.sampled_from(range(len(PAGES))),
    st.sampled_from(range(len(READERS))),
    mostly(0, *range(1, len(SCHEDULES))),
    mostly(0, *range(1, len(MORE))),
    st.sampled_from(range(len(PLACES) + 1)),
)
VISITS = st.builds(
    Visit,
    mostly(Consent.FULL, Consent.METER, Consent.NONE),
    mostly("IE", None, "GB", "US", "FR", "DE"),
    st.sampled_from(Device),
    mostly("en-ie", None, "en", "de-at", "fr"),
    mostly("search.example", None, "mail.search.example", "elsewhere.example"),
    is_signed_in=st.booleans(),
    is_verified=st.booleans(),
    is_staff=mostly(False, True),
    purpose=mostly(Purpose.VISIT, Purpose.CRAWL, Purpose.PREFETCH),
    audiences=st.sampled_from([None, frozenset(), frozenset({"donors", "others"}), frozenset({"others"})]),
    is_suppressed=st.booleans(),
)
PAGE_FACTS = st.builds(
    Page,
    st.sampled_from(["a", "b", "c", "B", "/Games/chess"]),
    mostly(PageType.ARTICLE, *PageType),
    st.sampled_from([None, *NAMES]),
    st.frozensets(mostly(*NAMES), max_size=2),
    mostly(False, True),
    mostly(False, True),
    mostly(False, True),
    st.sampled_from(PageAccess),
    mostly(frozenset(Placement), *map(frozenset, combinations(Placement, 2)), frozenset()),
)
MOMENTS = (st.integers(0, 12 * 60) | st.integers(0, 4 * 24 * 60)).map(
    lambda minutes: make.NOW + timedelta(minutes=minutes)
)


@st.composite
def histories(draw: st.DrawFn, keys: list[str]) -> Reader:
    """Draw a reader who read some articles, and saw or dismissed some of these campaigns' prompts."""
    reader = new_reader(make.instant() - 5 * make.DAY, draw(st.integers(0, 999_999)), 7)
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=4))):
        reading = Reading(f"v{number}", f"page {number}", True, (topic_fingerprint(name),))
        reader = record_view(reader, reading, make.time_at(make.NOW - timedelta(days=draw(st.integers(0, 20)))))
    reader = draw(st.sampled_from([reader, reader, choosing(reader, make.instant(), counts_articles=False)]))
    support = contributed(reader.support, make.MONTH, make.instant(), Money(draw(st.sampled_from([500, 1500])), "EUR"))
    reader = draw(st.sampled_from([reader, reader.with_support(support)]))
    for key in draw(st.lists(st.sampled_from(keys), max_size=3)):
        event = draw(st.sampled_from([PromptEvent.SEEN, PromptEvent.SEEN, PromptEvent.DISMISSED]))
        at = make.instant() - draw(st.integers(-6 * make.DAY, 4 * make.DAY))
        reader = record_event(reader, event, campaign_fingerprint(key), 1, at)
    return reader


def compiled(campaigns: list[Campaign], document: dict[str, Any] = SITE) -> CompiledSite:
    site = load_site(document)
    numbered = [replace(found, key=f"{found.key}-{number}") for number, found in enumerate(campaigns)]
    return compile_site(SiteSnapshot(site, ZoneInfo(site.timezone), tuple(numbered)))


def passing(asked: Iterable[Left], situation: Situation) -> list[str]:
    """Return the campaigns that pass these rules, even if another campaign takes their place."""
    return [found.campaign.key for found, rules in asked if ask_rules(found, rules, situation).blocked_by is None]


@settings(max_examples=examples(200, many=2000), deadline=None)
@given(st.data(), st.lists(CAMPAIGNS, min_size=1, max_size=12), VISITS, PAGE_FACTS)
def test_the_index_agrees_with_asking_every_rule(
    data: st.DataObject, campaigns: list[Campaign], visit: Visit, page: Page
) -> None:
    site = compiled(campaigns, data.draw(st.sampled_from(SITES)))
    keys = [found.campaign.key for found in (*site.gates, *site.appeals)]
    everyone = [(appeal, appeal.rules) for appeal in site.appeals]
    for at in data.draw(st.lists(MOMENTS, min_size=1, max_size=3)):
        reader = None if visit.consent is Consent.NONE else data.draw(histories(keys))
        supporter = data.draw(mostly(SupporterState.NONE, *SupporterState))
        now = site_time_at(at, site.zone)
        situation = Situation(site.site, page, visit, reader, supporter, now, view_id=f"view at {now.instant}")

        found, explained = decide(site, situation), decide(site, situation, explains=True)

        assert found == structs.replace(explained, traces=())
        assert passing(site.appeal_index.asked(situation), situation) == passing(everyone, situation)


def test_the_campaigns_of_this_file_use_every_rule_that_the_index_may_ask() -> None:
    """A rule that these campaigns do not use could declare too little and no test would fail."""
    every = [campaign(page, 0, 0, 0, 0) for page in range(len(PAGES))]
    every += [campaign(0, reader, 0, 0, 4) for reader in range(len(READERS))]
    every += [campaign(0, 0, schedule, more, 0) for schedule in range(len(SCHEDULES)) for more in range(len(MORE))]
    site = compiled(every)
    used = {rule for found in (*site.gates, *site.appeals) for rule in found.rules}

    unused = {rule.name for rule in RULES if rule.reads is not None and rule not in used}

    assert unused == {"goal"}  # it needs a ticker
