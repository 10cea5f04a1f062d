"""Why a reader is asked or not: the sentence, the traces and the next 30 days."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.frequency import CoolOff, Frequency
from service.campaigns.gate import Allowance, Gate, GateType, Meter, Period
from service.campaigns.page_rules import PageRules
from service.campaigns.reader_rules import ArticleCount, Consent, ReaderRules, SupporterState
from service.campaigns.schedule import Hours, Schedule, WallTime
from service.campaigns.site import Switches
from service.decisions.decision import Outcome
from service.simulation.simulation import ArticlesRead, FreeArticles, StartState, StartSupport
from tests.decisions import make
from tests.simulation.why.asking import NOW, asked, seen

DAY = timedelta(days=1)
PATIENT = make.campaign(name="Autumn appeal", cool_off=CoolOff(dismissal_seconds=(14 * make.DAY,)))


def gate(articles: int) -> Campaign:
    meter = Meter(anonymous=Allowance(articles, Period.MONTH))
    return make.campaign("members", name="Members", kind=Kind.GATE, gate=Gate(GateType.PAYMENT), meter=meter)


def test_a_reader_who_is_asked_is_told_where() -> None:
    found = asked(PATIENT)

    assert found.sentence == "Asked: “Autumn appeal” at the head of the article."
    assert found.shown == ("autumn",)
    assert found.campaigns[0].sentence == "Shown at the head of the article."


def test_a_closed_appeal_is_silent_until_a_day() -> None:
    found = asked(PATIENT, dismissals=(seen("autumn", 17, hour=18),))

    assert found.sentence == "Not asked: closed “Autumn appeal” yesterday at 18:00, silent until 1 December at 18:00."
    assert found.campaigns[0].next_at == "1 December at 18:00"
    assert "shorten the silence" in found.campaigns[0].failed[0].words.change


def test_the_reason_is_that_of_the_campaign_which_comes_closest() -> None:
    culture = make.campaign(
        "culture", priority=1, page=PageRules(sections_any=frozenset({"culture"})), frequency=make.capped(1, days=7)
    )

    found = asked(culture, PATIENT, dismissals=(seen("autumn", 17),), impressions=(seen("culture", 17),))

    assert found.sentence.startswith("Not asked: closed “Autumn appeal” yesterday at 09:00")
    assert found.campaigns[0].sentence == (
        "Not shown: it is only for pages about “culture”; "
        "asked once in 7 days, and the campaign allows 1, until 24 November at 09:00."
    )


@pytest.mark.parametrize(
    ("reason", "campaign", "reader"),
    [
        (
            "the reader has read 2 articles this week and in the 4 before, and the campaign asks at 3 articles or more",
            make.campaign(reader=ReaderRules(article_counts=(ArticleCount(minimum=3, weeks=4),))),
            {"articles": (ArticlesRead(date(2026, 11, 16)),)},
        ),
        (
            "the reader contributes regularly, and the campaign asks readers who never contributed",
            make.campaign(reader=ReaderRules(supporters=frozenset({SupporterState.NONE}))),
            {"supporter": StartSupport(StartState.RECURRING)},
        ),
        (
            "“autumn” is for readers with full consent, and this one reads without consent",
            make.campaign(reader=ReaderRules(consents=frozenset({Consent.FULL}))),
            {"consent": Consent.NONE},
        ),
        (
            "“autumn” is for readers in Ireland or the United Kingdom, and this reader is in Germany",
            make.campaign(reader=ReaderRules(countries_any=frozenset({"IE", "GB"}))),
            {"country": "DE"},
        ),
        (
            "“autumn” starts tomorrow at 06:00",
            make.campaign(schedule=Schedule(starts=WallTime(date(2026, 11, 19), datetime(2026, 11, 19, 6).time()))),  # noqa: DTZ001
            {},
        ),
        (
            "“autumn” begins after 2 page views, and the reader had 0",
            make.campaign(frequency=Frequency(first_after_views=2)),
            {},
        ),
        ("“autumn” is for 0 % of readers, and this reader is not among them", make.campaign(share=0.0), {}),
    ],
)
def test_reasons_are_sentences_with_the_numbers_of_the_reader(
    reason: str, campaign: Campaign, reader: dict[str, Any]
) -> None:
    assert asked(campaign, **reader).sentence == f"Not asked: {reason}."


def test_a_pause_and_quiet_hours_are_named() -> None:
    paused = make.site(switches=Switches(is_paused=True))
    asks_paused = make.site(switches=Switches(paused_kinds=frozenset({Kind.EPIC, Kind.BANNER})))
    quiet = make.site(quiet_hours=(Hours(600, 660),))

    assert asked(PATIENT, site=paused).sentence == "Not asked: all asks of the site are paused."
    assert asked(PATIENT, site=asks_paused).sentence == "Not asked: all asks of the site are paused."
    assert asked(PATIENT, site=quiet).sentence == "Not asked: the site has quiet hours from 10:00 to 11:00."


def test_a_gate_says_what_was_read_for_free_and_when_it_opens() -> None:
    read = FreeArticles("members", NOW - DAY, ("/b", "/c"))

    closed, opened = (asked(gate(articles), PATIENT, free_articles=(read,)) for articles in (2, 5))

    assert closed.sentence == "Stopped by the gate “Members”: all 2 free articles are used until 1 December at 00:00."
    assert closed.campaigns[1].sentence.startswith("Not shown: a gate covers the article")
    assert opened.campaigns[0].outcome is Outcome.OPENED
    assert opened.campaigns[0].sentence == "Opens the article: 3 of 5 free articles used."
    assert opened.sentence.startswith("Asked")


def test_a_site_without_campaigns_asks_no_reader() -> None:
    assert asked().sentence == "Not asked: the site has no live appeal or banner."


def test_the_next_30_days_hold_what_would_be_shown_with_an_article_a_day() -> None:
    twice = make.campaign(name="Autumn appeal", frequency=make.capped(2, days=14))

    days = asked(twice).days

    assert [day.on for day in days] == [date(2026, 11, 18) + number * DAY for number in range(30)]
    assert [number for number, day in enumerate(days) if day.shown] == [0, 1, 14, 15, 28, 29]
    assert days[0].shown == ("Autumn appeal",)


def test_the_days_of_a_meter_are_gated_until_the_month_is_over() -> None:
    gated = [day.on.isoformat() for day in asked(gate(3)).days if day.is_gated]

    assert gated[0] == "2026-11-21"
    assert "2026-12-01" not in gated
    assert "2026-12-04" in gated


def test_the_history_that_a_reader_carries_is_decided_on() -> None:
    reader = make.reader(history=replace(make.reader().history, view_count=7))
    every_reader = make.campaign(frequency=Frequency(first_after_views=7))

    assert asked(every_reader, bucket=5).shown == ()
    assert asked(every_reader, bucket=5, carried=reader).shown == ("autumn",)


def test_two_placements_are_named_together() -> None:
    banner = make.campaign("banner", name="Banner", kind=Kind.BANNER, placement=Placement.PAGE_BOTTOM)

    sentence = asked(PATIENT, banner).sentence

    assert sentence == "Asked: “Autumn appeal” at the head of the article and “Banner” at the foot of the page."
