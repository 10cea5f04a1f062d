"""Gates and their meters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.frequency import CoolOff
from service.campaigns.gate import Allowance, Gate, GateType, Mandatory, Meter, Period, Pool, Strength
from service.campaigns.page_rules import PageAccess, PageMatch, PageRules, PageType
from service.campaigns.reader_rules import Consent, ReaderRules
from service.campaigns.site import Crawlers, Site
from service.decisions.decide import decide
from service.decisions.decision import Decision
from service.decisions.rules.meter import spend
from service.decisions.situation import Purpose
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_event
from service.readers.reader import MAX_FREE_READS, Reader, RecurringState, Support
from tests.decisions import make


def gate(key: str = "gate", **changes: Any) -> Campaign:
    return make.campaign(key, kind=Kind.GATE, **{"gate": Gate(GateType.PAYMENT), **changes})


def metered(articles: int, period: Period = Period.MONTH, **changes: Any) -> Campaign:
    days = changes.pop("rolling_days", None)
    meter = Meter(anonymous=Allowance(articles, period, days), **changes.pop("meter", {}))
    return gate(meter=meter, **changes)


class OpeningReader:
    """A reader who opens pages and spends free articles."""

    def __init__(self, *gates: Campaign, site: Site | None = None, reader: Reader | None = None) -> None:
        self.where = make.compiled(*gates, site=site)
        self.reader = reader or make.reader()

    def open(self, path: str, now: datetime = make.NOW, **about: Any) -> Decision:
        page = make.page(**{"page_id": path, **about.pop("page", {})})
        situation = make.situation(self.where, now=now, who=self.reader, page=page, view_id=f"{path} {now}", **about)
        decision = decide(self.where, situation, explains=True)
        if decision.spends_from is not None:
            self.reader = spend(self.reader, decision.spends_from.campaign, situation)
        return decision

    def states(self, *pages: str, **about: Any) -> list[str]:
        return [self.open(page, **about).access.state.value for page in pages]


def test_the_gate_closes_when_all_free_articles_are_spent() -> None:
    opening = OpeningReader(metered(2))

    opened = [opening.open(page).access for page in ("/a", "/b", "/c")]

    assert [(access.state, access.used, access.allowance) for access in opened] == [
        ("metered", 1, 2),
        ("metered", 2, 2),
        ("gated", 2, 2),
    ]
    assert make.shown(opening.open("/c")) == ["gate"]


def test_reading_again_is_free_also_behind_the_gate() -> None:
    opening = OpeningReader(metered(2))

    assert opening.states("/a", "/a", "/b", "/a", "/c", "/b") == ["metered"] * 4 + ["gated", "metered"]


def test_an_allowance_of_zero_is_a_wall_and_so_are_no_meter_and_a_meter_switched_off() -> None:
    for wall in (
        metered(0),
        gate(),
        metered(5, meter={"is_on": False}),
        gate(meter=Meter(registered=Allowance(5, Period.DAY))),
    ):
        assert OpeningReader(wall).states("/a") == ["gated"]


@pytest.mark.parametrize("zone", ["Europe/Dublin", "Europe/London", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(
    ("period", "first", "resets"),
    [
        (Period.DAY, "2026-03-29T12:00", "2026-03-30T00:00"),
        (Period.DAY, "2026-11-01T12:00", "2026-11-02T00:00"),
        (Period.WEEK, "2026-03-24T12:00", "2026-03-30T00:00"),
        (Period.WEEK, "2026-04-05T12:00", "2026-04-06T00:00"),
        (Period.MONTH, "2026-01-31T12:00", "2026-02-01T00:00"),
        (Period.MONTH, "2026-10-01T12:00", "2026-11-01T00:00"),
        (Period.MONTH, "2026-12-31T12:00", "2027-01-01T00:00"),
    ],
)
def test_calendar_periods_end_at_local_midnight(zone: str, period: Period, first: str, resets: str) -> None:
    opening = OpeningReader(metered(1, period), site=make.site(timezone=zone))
    begins = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    ends = datetime.fromisoformat(resets).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    assert opening.open("/a", begins).access.resets_at == make.instant(ends)
    assert opening.open("/b", ends - timedelta(seconds=1)).access.state == "gated"
    assert opening.open("/b", ends).access.state == "metered"


def test_in_a_rolling_period_each_article_comes_back_after_its_own_days() -> None:
    opening = OpeningReader(metered(2, Period.ROLLING, rolling_days=7))
    opening.open("/a", make.NOW)
    opening.open("/b", make.NOW + timedelta(days=3))

    gated = opening.open("/c", make.NOW + timedelta(days=7, seconds=-1))

    assert gated.access.state == "gated"
    assert gated.access.resets_at == make.instant(make.NOW + timedelta(days=7))
    assert opening.states("/c", now=make.NOW + timedelta(days=7)) == ["metered"]
    assert opening.states("/d", now=make.NOW + timedelta(days=8)) == ["gated"]
    assert opening.states("/d", now=make.NOW + timedelta(days=10)) == ["metered"]


def test_reading_does_not_push_back_what_was_read_before() -> None:
    opening = OpeningReader(metered(2, Period.ROLLING, rolling_days=7))
    for day in range(7):
        opening.open("/a", make.NOW + timedelta(days=day))

    assert opening.open("/b", make.NOW + timedelta(days=7)).access.used == 1


def test_shortening_the_period_refunds_nothing() -> None:
    opening = OpeningReader(metered(1, Period.MONTH))
    opening.open("/a")

    opening.where = make.compiled(metered(1, Period.DAY))

    assert opening.states("/b", now=make.NOW + timedelta(days=2)) == ["gated"]
    assert opening.states("/b", now=datetime(2026, 12, 1, tzinfo=UTC)) == ["metered"]


def test_audiences_have_pools_of_their_own_unless_they_share() -> None:
    terms = Meter(anonymous=Allowance(1, Period.MONTH), registered=Allowance(3, Period.MONTH))
    signed_in = make.visit(is_signed_in=True)

    apart = OpeningReader(gate(meter=terms))
    assert apart.states("/a", "/b") == ["metered", "gated"]
    assert apart.states("/b", "/c", "/d", "/e", visit=signed_in) == ["metered"] * 3 + ["gated"]

    shared = OpeningReader(gate(meter=replace(terms, audiences_share=True)))
    assert shared.states("/a", "/b") == ["metered", "gated"]
    assert shared.states("/b", "/c", "/d", visit=signed_in) == ["metered", "metered", "gated"]


def test_an_unverified_reader_has_the_anonymous_terms_and_count() -> None:
    terms = Meter(anonymous=Allowance(1, Period.MONTH), registered=Allowance(9, Period.MONTH))
    unverified = make.visit(is_signed_in=True, is_verified=False)
    opening = OpeningReader(gate(meter=terms))
    opening.open("/a")

    assert opening.states("/b", visit=unverified) == ["gated"]
    generous = gate(meter=replace(terms, unverified=Allowance(2, Period.MONTH)))
    assert OpeningReader(generous, reader=opening.reader).states("/b", "/c", visit=unverified) == ["metered", "gated"]


def test_gates_share_one_count_unless_they_have_their_own() -> None:
    sport = PageRules(sections_any=frozenset({"sport"}))
    other = metered(2, page=sport, priority=1)
    in_sport = {"page": {"section": "sport"}}

    shared = OpeningReader(replace(other, key="sport"), metered(2))
    assert shared.states("/a", "/b") == ["metered", "metered"]
    assert shared.states("/s", **in_sport) == ["gated"]
    assert shared.states("/a", **in_sport) == ["metered"]

    own = replace(other, key="sport", meter=Meter(anonymous=Allowance(2, Period.MONTH), pool=Pool.OWN))
    apart = OpeningReader(own, metered(2))
    assert apart.states("/a", "/b") == ["metered", "metered"]
    assert apart.states("/s", **in_sport) == ["metered"]


def test_pages_open_to_all_and_gift_links_spend_nothing_and_locked_pages_neither() -> None:
    opening = OpeningReader(metered(1))

    for access, state in ((PageAccess.FREE, "open"), (PageAccess.GIFT, "open"), (PageAccess.LOCKED, "gated")):
        assert opening.open(f"/{access}", page={"access": access}).access.state == state

    assert opening.reader.pools == ()
    assert opening.states("/a", "/b") == ["metered", "gated"]


def test_pages_the_meter_leaves_out_spend_nothing() -> None:
    meter = Meter(
        anonymous=Allowance(1, Period.MONTH),
        free_types=frozenset({PageType.LIVEBLOG}),
        free_pages=PageMatch(sections=frozenset({"service"}), page_ids=frozenset({"/about"})),
    )
    opening = OpeningReader(gate(meter=meter))

    opened = (
        opening.states("/live", page={"page_type": PageType.LIVEBLOG})
        + opening.states("/x", page={"section": "service"})
        + opening.states("/About")
    )

    assert opened == ["open", "open", "open"]
    assert opening.reader.pools == ()


@pytest.mark.parametrize("purpose", [Purpose.PREFETCH, Purpose.CRAWL])
def test_fetching_ahead_and_crawling_spend_nothing(purpose: Purpose) -> None:
    opening = OpeningReader(metered(1))

    opening.open("/a", visit=make.visit(purpose=purpose))

    assert opening.reader.pools == ()


def test_crawlers_read_by_the_sites_policy() -> None:
    crawler = make.visit(purpose=Purpose.CRAWL)

    assert OpeningReader(gate()).states("/a", visit=crawler) == ["open"]
    closed = make.site(crawlers=Crawlers(sees_articles=False))
    assert OpeningReader(metered(5), site=closed).states("/a", visit=crawler) == ["gated"]


def test_staff_and_supporters_read_freely_and_spend_nothing() -> None:
    opening = OpeningReader(gate())
    assert opening.states("/a", visit=make.visit(is_staff=True)) == ["open"]

    support = Support(RecurringState.ACTIVE, recurring_at=make.instant())
    supporter = OpeningReader(metered(1), reader=make.reader(support=support))
    assert supporter.states("/a", "/b", "/c") == ["open"] * 3
    assert supporter.reader.pools == ()


def test_a_registration_gate_is_open_to_the_registered() -> None:
    wall = gate(gate=Gate(GateType.REGISTRATION))

    assert OpeningReader(wall).states("/a") == ["gated"]
    assert OpeningReader(wall).states("/a", visit=make.visit(is_signed_in=True)) == ["open"]
    assert OpeningReader(wall).states("/a", visit=make.visit(is_signed_in=True, is_verified=False)) == ["gated"]


def test_a_gate_lifts_for_its_own_days_after_a_contribution() -> None:
    wall = gate(cool_off=CoolOff(one_off_days=30))

    for age, state in ((30 * make.DAY - 1, "open"), (30 * make.DAY, "gated")):
        opening = OpeningReader(wall, reader=make.reader(support=Support(one_off_at=make.instant() - age)))
        assert opening.states("/a") == [state]


def test_the_first_gate_that_matches_decides_alone() -> None:
    lenient, wall = metered(5, priority=1), gate("wall", priority=2)

    decision = OpeningReader(lenient, wall).open("/a")

    assert (decision.access.state, decision.access.decided_by) == ("metered", "gate")
    assert make.trace(decision, "wall").outcome == "not_asked"


def test_of_two_gates_of_one_priority_the_older_decides() -> None:
    older = replace(metered(5), created_at=datetime(2025, 1, 1, tzinfo=UTC))

    assert OpeningReader(gate("a-wall"), older).states("/a") == ["metered"]


def test_a_gate_that_does_not_match_leaves_the_next_to_decide() -> None:
    elsewhere = metered(5, page=PageRules(sections_any=frozenset({"sport"})), priority=1)
    abroad = metered(5, reader=ReaderRules(countries_any=frozenset({"US"})), priority=1)

    for other in (elsewhere, abroad):
        assert OpeningReader(replace(other, key="first"), gate()).states("/a") == ["gated"]


def test_a_gate_without_a_type_is_skipped() -> None:
    broken = replace(gate("broken", priority=1), gate=None)

    opening = OpeningReader(broken, metered(5))

    assert opening.states("/a") == ["metered"]
    assert opening.where.dropped == ("broken: a gate needs a type: registration or payment",)


def test_an_appeal_and_a_gate_never_share_a_page() -> None:
    decision = OpeningReader(gate(), make.campaign()).open("/a")

    assert make.shown(decision) == ["gate"]
    assert make.trace(decision).blocked_by == "beside_gate"
    assert make.shown(OpeningReader(metered(5), make.campaign()).open("/a")) == ["autumn"]


def test_without_consent_the_article_is_open() -> None:
    about: dict[str, Any] = {"has_reader": False, "visit": make.visit(consent=Consent.NONE)}

    for wall in (gate(), metered(3)):
        where = make.compiled(wall)
        assert decide(where, make.situation(where, **about)).access.state == "open"


def test_a_soft_gate_can_be_closed_and_stays_away_for_its_cool_off() -> None:
    soft = gate(gate=Gate(GateType.REGISTRATION, Strength.SOFT), cool_off=CoolOff(dismissal_seconds=(make.DAY,)))
    opening = OpeningReader(soft)
    choice = opening.open("/a").choices[0]
    assert (choice.is_dismissible, choice.strength) == (True, Strength.SOFT)

    opening.reader = record_event(
        opening.reader, PromptEvent.DISMISSED, campaign_fingerprint("gate"), 0, make.instant()
    )

    assert opening.states("/a", now=make.NOW + timedelta(days=1, seconds=-1)) == ["open"]
    assert opening.states("/a", now=make.NOW + timedelta(days=1)) == ["gated"]


def test_a_soft_gate_turns_mandatory_after_so_many_dismissals_by_region() -> None:
    soft = Gate(
        GateType.REGISTRATION, Strength.SOFT, (Mandatory(3, frozenset({"IE"})), Mandatory(5, frozenset({"GB"})))
    )
    reader = make.reader()
    for number in range(3):
        at = make.instant() - 10 + number
        reader = record_event(reader, PromptEvent.DISMISSED, campaign_fingerprint("gate"), 0, at)
    opening = OpeningReader(gate(gate=soft, cool_off=CoolOff(dismissal_seconds=(make.DAY,))), reader=reader)

    irish = opening.open("/a", visit=make.visit(country="IE"))

    assert [choice.strength for choice in irish.choices] == [Strength.HARD]
    assert irish.choices[0].is_dismissible is False
    assert opening.states("/a", visit=make.visit(country="GB")) == ["open"]
    assert opening.states("/a") == ["open"]


def test_a_hard_gate_does_not_go_away_because_something_was_closed() -> None:
    reader = record_event(make.reader(), PromptEvent.DISMISSED, campaign_fingerprint("gate"), 0, make.instant() - 5)

    assert OpeningReader(gate(), reader=reader).states("/a") == ["gated"]


def test_a_large_allowance_is_counted_beyond_what_is_remembered_page_by_page() -> None:
    opening = OpeningReader(metered(50))

    states = opening.states(*(f"/{n}" for n in range(51)))

    assert states == ["metered"] * 50 + ["gated"]
    assert sum(len(pool.reads) for pool in opening.reader.pools) <= MAX_FREE_READS
    assert opening.states("/x", now=datetime(2026, 12, 1, tzinfo=UTC)) == ["metered"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=40), st.integers(0, 6))
def test_never_more_articles_than_the_allowance_in_one_month(visits: list[tuple[int, int]], allowance: int) -> None:
    opening = OpeningReader(metered(allowance))
    at, opened = make.NOW, dict[tuple[int, int], set[int]]()
    for page, hours in visits:
        at += timedelta(hours=hours)
        access = opening.open(f"/{page}", at).access
        assert access.used is not None
        assert 0 <= access.used <= allowance
        if access.state != "gated":
            opened.setdefault((at.year, at.month), set()).add(page)
    assert all(len(pages) <= allowance for pages in opened.values())
