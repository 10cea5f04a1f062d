"""Rules about the page."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.campaigns.campaign import Kind, Placement, Status
from service.campaigns.gate import Gate, GateType
from service.campaigns.page_rules import (
    Exclusion,
    PageAccess,
    PageCondition,
    PageMatch,
    PageRules,
    PageType,
    exclusions_of,
)
from service.campaigns.schedule import WallTime
from service.campaigns.site import Sensitivity, Switches
from tests.decisions import make


def blocked(rules: PageRules | None = None, site: dict[str, Any] | None = None, **page: Any) -> str | None:
    where = make.compiled(make.campaign(page=rules or PageRules()), site=make.site(**(site or {})))
    return make.blocked_by(where, page=make.page(**page))


LISTS = PageRules(sections_any=frozenset({"news"}), tags_any=frozenset({"housing"}))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"section": "news"}, None),
        ({"tags": frozenset({"housing", "other"})}, None),
        ({"section": "sport", "tags": frozenset({"other"})}, "topic"),
        ({}, "topic"),
    ],
)
def test_any_listed_section_or_tag_is_enough(page: dict[str, Any], expected: str | None) -> None:
    assert blocked(LISTS, **page) == expected


def test_no_list_means_every_page_and_an_empty_list_no_page() -> None:
    assert blocked(PageRules()) is None
    assert blocked(PageRules(tags_any=frozenset()), tags=frozenset({"a"})) == "topic"


def test_an_exclusion_wins_over_every_inclusion() -> None:
    rules = PageRules(
        sections_any=frozenset({"news"}), tags_none=frozenset({"obituaries"}), sections_none=frozenset({"courts"})
    )

    assert blocked(rules, section="news", tags=frozenset({"obituaries"})) == "excluded_topic"
    assert blocked(PageRules(sections_none=frozenset({"courts"})), section="courts") == "excluded_topic"
    assert blocked(PageRules(page_ids_none=frozenset({"/a"})), page_id="/A") == "excluded_topic"


def test_pages_may_be_named() -> None:
    rules = PageRules(page_ids_any=frozenset({"/special"}))

    assert blocked(rules, page_id="/Special") is None
    assert blocked(rules, page_id="/other") == "page_id"


def test_types_and_access_may_be_listed() -> None:
    assert blocked(PageRules(types=frozenset({PageType.FRONT}))) == "page_type"
    assert blocked(PageRules(types=frozenset({PageType.ARTICLE}))) is None
    assert blocked(PageRules(accesses=frozenset({PageAccess.FREE}))) == "page_access"


def test_the_editors_switch_on_a_page_silences_appeals_and_gates() -> None:
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT))
    where = make.compiled(make.campaign(), gate)

    decision = make.decided(where, page=make.page(hides_appeals=True))

    assert make.shown(decision) == []
    assert {trace.blocked_by for trace in decision.traces} == {"hidden_page"}


@pytest.mark.parametrize(
    ("condition", "sensitive", "plain"),
    [
        (PageCondition.NEVER, "sensitive", None),
        (PageCondition.ALSO, None, None),
        (PageCondition.ONLY, None, "sensitive"),
    ],
)
def test_a_campaign_avoids_or_wants_sensitive_pages(
    condition: PageCondition, sensitive: str | None, plain: str | None
) -> None:
    rules = PageRules(sensitive=condition)

    assert blocked(rules, is_sensitive=True) == sensitive
    assert blocked(rules) == plain


def test_the_site_may_call_pages_sensitive_and_every_page_for_a_while() -> None:
    listed = {"sensitivity": Sensitivity(pages=PageMatch(tags=frozenset({"inquest"})))}
    for_now = {"sensitivity": Sensitivity(until=WallTime(date(2026, 11, 18)))}

    assert blocked(site=listed, tags=frozenset({"inquest"})) == "sensitive"
    assert blocked(site=listed) is None
    where = make.compiled(make.campaign(), site=make.site(**for_now))
    trace = make.trace(make.decided(where))
    assert trace.blocked_by == "sensitive"
    assert trace.next_at == make.instant(datetime(2026, 11, 19, tzinfo=UTC))


def test_gates_are_lifted_on_sensitive_pages_unless_the_site_keeps_them() -> None:
    gate = make.campaign(
        "gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT), page=PageRules(sensitive=PageCondition.ALSO)
    )
    page = make.page(is_sensitive=True)

    assert make.shown(make.decided(make.compiled(gate), page=page)) == []
    kept = make.site(sensitivity=Sensitivity(suspends_gates=False))
    assert make.shown(make.decided(make.compiled(gate, site=kept), page=page)) == ["gate"]


def test_pages_an_advertiser_paid_for_are_silent() -> None:
    assert blocked(is_paid_content=True) == "paid_content"
    assert blocked(PageRules(paid=PageCondition.ONLY), is_paid_content=True) is None


@pytest.mark.parametrize(
    ("day", "is_silent"),
    [(date(2026, 11, 17), False), (date(2026, 11, 18), True), (date(2026, 11, 19), True), (date(2026, 11, 20), False)],
)
def test_an_exclusion_of_the_site_holds_on_its_local_days_both_included(day: date, is_silent: bool) -> None:
    exclusion = Exclusion(
        PageMatch(sections=frozenset({"news"})), None, date(2026, 11, 18), date(2026, 11, 19), "day of mourning"
    )
    where = make.compiled(make.campaign(), site=make.site(exclusions=(exclusion,)))
    now = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)

    assert (make.blocked_by(where, now=now, page=make.page(section="news")) == "excluded_page") is is_silent
    assert make.blocked_by(where, now=now, page=make.page(section="sport")) is None


def test_no_gate_stands_before_a_page_for_readers() -> None:
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT))
    pages = exclusions_of(["https://www.courier.example/contact/"], {"www.courier.example"})
    where = make.compiled(gate, site=make.site(exclusions=pages))

    assert make.shown(make.decided(where, page=make.page(page_id="/Contact"))) == []
    assert make.shown(make.decided(where, page=make.page(page_id="/story"))) == ["gate"]


def test_an_exclusion_says_when_it_ends() -> None:
    where = make.compiled(make.campaign(), site=make.site(exclusions=(Exclusion(ends_on=date(2026, 11, 19)),)))

    trace = make.trace(make.decided(where))

    assert trace.blocked_by == "excluded_page"
    assert trace.next_at == make.instant(datetime(2026, 11, 20, tzinfo=UTC))


def test_an_exclusion_may_be_about_a_type_of_page_and_one_with_nothing_listed_is_every_page() -> None:
    fronts = {"exclusions": (Exclusion(types=frozenset({PageType.FRONT})),)}

    assert blocked(site=fronts, page_type=PageType.FRONT) == "excluded_page"
    assert blocked(site=fronts) is None
    assert blocked(site={"exclusions": (Exclusion(),)}) == "excluded_page"


@pytest.mark.parametrize(
    "switches",
    [
        Switches(is_paused=True),
        Switches(paused_kinds=frozenset({Kind.EPIC})),
        Switches(paused_placements=frozenset({Placement.ARTICLE_TOP})),
    ],
)
def test_a_switch_silences_at_once(switches: Switches) -> None:
    assert blocked(site={"switches": switches}) == "switch"


def test_a_paused_campaign_and_a_draft_are_silent() -> None:
    assert make.blocked_by(make.compiled(make.campaign(is_paused=True))) == "switch"
    assert make.blocked_by(make.compiled(make.campaign(status=Status.DRAFT))) == "status"


def test_pausing_everything_lifts_the_gates_too() -> None:
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT))
    where = make.compiled(gate, site=make.site(switches=Switches(is_paused=True)))

    assert make.decided(where).access.state == "open"


def test_a_page_without_the_placement_shows_nothing_there() -> None:
    where = make.compiled(make.campaign())

    assert make.blocked_by(where, page=make.page(placements=frozenset({Placement.ARTICLE_END}))) == "placement"
