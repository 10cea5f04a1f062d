"""Every rule has words, and the words of every decision are whole sentences."""

import re
from itertools import islice

import pytest

from infra.bench.campaign_list import lively_snapshot
from infra.bench.newsroom import SITE
from service.campaigns.campaign import Kind, Placement
from service.campaigns.frequency import CoolOff, Counting, Cycle, DailyCap, Frequency, Gap, SiteFrequency
from service.campaigns.page_rules import Exclusion, PageCondition, PageMatch, PageRules, PageType
from service.campaigns.reader_rules import (
    AbandonedCheckout,
    ArticleCount,
    Device,
    FirstSeen,
    Inclusion,
    JustContributed,
    ReaderRules,
    SupporterState,
)
from service.campaigns.schedule import Hours, Schedule, WallTime, Weekday
from service.campaigns.site import ConsentPolicy, Sensitivity
from service.decisions.compile import compile_site
from service.decisions.rules.in_order import RULES
from service.readers.site_time import site_time_at
from service.simulation.invented_readers import invent_readers, newspaper_of
from service.simulation.simulate import simulate_on
from service.simulation.simulation import Simulation
from service.simulation.why import phrases
from service.simulation.why.trace_words import WRITERS, campaign_words
from tests.decisions import make

NOT_WORDS = re.compile(r"None|\{|\}|  |[a-z]_[a-z]|until until|, ,|\.\.")


def test_every_rule_and_every_limit_of_a_page_has_words() -> None:
    limits = {"beside_gate", "placement_taken", "overlays", "prompts", "another_gate", "meter"}

    assert set(WRITERS) == {rule.name for rule in RULES} | limits


def test_every_campaign_of_a_newspaper_is_explained_in_sentences() -> None:
    snapshot = lively_snapshot(60).site(SITE)
    site = compile_site(snapshot)
    campaigns = {found.campaign.key: found.campaign for found in site.appeals}
    words = [
        campaign_words(trace, campaigns[trace.campaign], site.site, site_time_at(view.at, site.zone))
        for reader in invent_readers(newspaper_of(site.site, snapshot.campaigns, make.NOW, 1), range(12))
        for view in islice(
            simulate_on(site, Simulation(site.site, (), reader.views, reader.start, sees_prompts=True)), 6
        )
        for trace in view.decision.traces
    ]

    for campaign in words:
        for text in (campaign.sentence, *(rule.words.change for rule in campaign.failed)):
            assert text.endswith(".")
            assert not NOT_WORDS.search(text), text
    assert len({rule.rule for campaign in words for rule in campaign.failed}) > 15


STRICT_READER = ReaderRules(
    article_counts=(ArticleCount(minimum=9, topics=frozenset({"chess"})),),
    is_reading_more=True,
    favourite_topics_any=frozenset({"chess"}),
    first_seen=FirstSeen(minimum_days=7),
    supporters=frozenset({SupporterState.LAPSED}),
    recurring_below={"EUR": 500},
    is_signed_in=True,
    countries_none=frozenset({"IE"}),
    one_off_only_countries=Inclusion.ONLY,
    devices=frozenset({Device.MOBILE}),
    referrers_any=frozenset({"social.example"}),
    languages_any=frozenset({"ga"}),
    abandoned_checkout=AbandonedCheckout(),
    just_contributed=JustContributed(),
    external_audiences_any=frozenset({"members"}),
    is_suppressible=True,
    holdout=Inclusion.ONLY,
)
STRICT_PAGE = PageRules(
    types=frozenset({PageType.FRONT}),
    sections_any=frozenset({"chess"}),
    sections_none=frozenset({"news"}),
    page_ids_any=frozenset({"/other"}),
    sensitive=PageCondition.ONLY,
    paid=PageCondition.ONLY,
)


@pytest.mark.parametrize("has_reader", [True, False])
def test_a_campaign_that_fails_nearly_every_rule_is_explained(has_reader: bool) -> None:
    strict = make.campaign(
        is_paused=True,
        kind=Kind.BANNER,
        placement=Placement.PAGE_BOTTOM,
        share=0.0,
        schedule=Schedule(
            starts=WallTime(make.NOW.date().replace(month=12)),
            ends=WallTime(make.NOW.date().replace(month=1)),
            weekdays=frozenset({Weekday.MON}),
            hours=(Hours(0, 60),),
        ),
        page=STRICT_PAGE,
        reader=STRICT_READER,
        frequency=Frequency(
            caps=make.capped(0, days=7).caps,
            gap=Gap(60),
            first_after_views=5,
            every_nth_view=4,
            daily=DailyCap(0),
            cycle=Cycle(0, 60),
            total_impressions=0,
            total_contributions=0,
        ),
        cool_off=CoolOff(dismissal_seconds=(60,), ends_after_dismissals=0, dismissals=Counting.ALL, one_off_days=3),
    )
    site = make.site(
        quiet_hours=(Hours(0, 1439),),
        exclusions=(Exclusion(PageMatch(sections=frozenset({"news"})), reason="a court case"),),
        consent=ConsentPolicy(contextual_share=0.0),
        sensitivity=Sensitivity(),
        frequency=SiteFrequency(make.capped(0, days=7).caps, daily=DailyCap(0)),
    )
    where = make.compiled(strict, site=site)
    page = make.page(section="news", hides_appeals=True, placements=frozenset({Placement.ARTICLE_TOP}))
    visit = make.visit(country="IE", is_suppressed=True)

    decision = make.decided(where, page=page, visit=visit, has_reader=has_reader)
    words = campaign_words(make.trace(decision), strict, site, make.time_at())

    assert not NOT_WORDS.search(words.sentence), words.sentence
    assert len(words.failed) > 30


def test_moments_near_by_have_names_and_far_ones_a_year() -> None:
    now = make.time_at()

    assert phrases.moment(now.instant - make.DAY, now) == "yesterday at 10:30"
    assert phrases.moment(now.instant + 40 * make.DAY, now) == "28 December at 10:30"
    assert phrases.moment(now.instant + 60 * make.DAY, now) == "17 January 2027 at 10:30"


def test_lists_are_written_as_in_a_sentence() -> None:
    assert phrases.listed(()) == "nothing"
    assert phrases.listed(("news", "sport", "food"), "and") == "news, sport and food"
