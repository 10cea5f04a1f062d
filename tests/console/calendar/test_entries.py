"""Which entries a month has, on which days, and which campaigns compete."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.campaign import Campaign, Kind, Placement, Status
from service.campaigns.experiment import Experiment
from service.campaigns.gate import Gate, GateType
from service.campaigns.page_rules import Exclusion, PageMatch, PageRules, PageType
from service.campaigns.reader_rules import Device, ReaderRules
from service.campaigns.reading import DocumentDetails
from service.campaigns.schedule import Hours, Schedule, WallTime, Weekday
from service.campaigns.site import Sensitivity
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.switch_store import Pause, Switch, SwitchScope
from service.console.screens.calendar.days_in_words import days_in_words
from service.console.screens.calendar.entries import CalendarEntry, CalendarSources, EntryKind, EntryState, entries_of
from service.console.screens.calendar.grid import rows_by_place
from service.console.screens.calendar.month import Month, read_month
from service.console.screens.calendar.overlaps import overlaps_of
from tests.decisions import make

NOVEMBER = Month(2026, 11)
ZONE = ZoneInfo(make.DUBLIN)


def during(first: int | None, last: int | None, **changes: Any) -> Schedule:
    """Return a schedule between two days of November."""
    return Schedule(
        WallTime(date(2026, 11, first)) if first else None, WallTime(date(2026, 11, last)) if last else None, **changes
    )


def campaign(key: str = "autumn", first: int | None = None, last: int | None = None, **changes: Any) -> Campaign:
    return make.campaign(key, **{"schedule": during(first, last), **changes})


def entries(
    *campaigns: Campaign,
    month: Month = NOVEMBER,
    drafts: dict[str, Campaign] | None = None,
    states: dict[str, DocumentDetails] | None = None,
    pauses: dict[Switch, Pause] | None = None,
    **site: Any,
) -> tuple[CalendarEntry, ...]:
    snapshot = SiteSnapshot(make.site(**site), ZONE, campaigns, MappingProxyType(drafts or {}))
    return entries_of(CalendarSources(snapshot, states or {}, pauses or {}), month)


def numbers(entry: CalendarEntry) -> list[int]:
    return sorted(date.fromordinal(day).day for day in entry.days)


def test_a_campaign_holds_on_the_days_of_its_schedule() -> None:
    (found,) = entries(
        campaign(first=9, last=20, schedule=during(9, 20, weekdays=frozenset({Weekday.MON, Weekday.TUE})))
    )

    assert numbers(found) == [9, 10, 16, 17]
    assert (found.kind, found.state, found.placement) == (EntryKind.CAMPAIGN, EntryState.LIVE, Placement.ARTICLE_TOP)
    assert (found.first_on, found.last_on) == (date(2026, 11, 9), date(2026, 11, 20))


def test_a_campaign_without_an_end_is_in_every_month_after_its_start() -> None:
    begun = campaign(first=20)

    assert entries(begun, month=Month(2026, 10)) == ()
    assert numbers(entries(begun)[0]) == list(range(20, 31))
    assert len(entries(begun, month=Month(2028, 2))[0].days) == 29


def test_drafts_and_waiting_versions_are_shown_as_what_they_are() -> None:
    draft, waiting = campaign("draft", status=Status.DRAFT), campaign("winter")
    at = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    details = DocumentDetails("winter", "tide", at, 1, None, 1, at, is_paused=False)

    found = {
        entry.name: entry
        for entry in entries(
            drafts={"draft": draft, "winter": waiting, "old": campaign("old", status=Status.ARCHIVED)},
            states={"winter": details},
        )
    }

    assert {name: entry.state for name, entry in found.items()} == {
        "draft": EntryState.DRAFT, "winter": EntryState.SCHEDULED,
    }  # fmt: skip
    assert numbers(found["winter"])[0] == 25


def test_a_version_that_waits_is_shown_on_its_day() -> None:
    at = datetime(2026, 11, 25, 18, tzinfo=UTC)
    details = DocumentDetails("autumn", "tide", at, 8, 7, 8, at, is_paused=False)

    _, release = entries(campaign(), states={"autumn": details})

    assert (release.kind, release.name, numbers(release)) == (EntryKind.RELEASE, "Version 8 of autumn", [25])
    assert release.words == "It comes into force on Wednesday 25 November 2026 18:00."
    assert entries(campaign(), states={"autumn": details}, month=Month(2026, 12))[1:] == ()


def test_an_experiment_is_an_entry_of_its_own() -> None:
    compared = campaign(
        variants=(make.variant(), make.variant("warm")), experiment=Experiment("s", hypothesis="Warm words earn more.")
    )

    found = entries(compared)[1]

    assert (found.kind, found.name) == (EntryKind.EXPERIMENT, "Experiment of autumn")
    assert found.words == "Compares control with warm. Warm words earn more."


def test_exclusions_quiet_hours_and_sensitive_days_concern_the_whole_site() -> None:
    found = entries(
        exclusions=(
            Exclusion(PageMatch(sections=frozenset({"news"})), starts_on=date(2026, 11, 28), reason="a court case"),
            Exclusion(ends_on=date(2026, 10, 31)),
        ),
        quiet_hours=(Hours(1320, 420),),
        sensitivity=Sensitivity(until=WallTime(date(2026, 11, 2), time(18))),
    )

    assert [(entry.name, numbers(entry)[0], len(entry.days)) for entry in found] == [
        ("a court case", 28, 3), ("Quiet hours", 1, 30), ("All pages are sensitive", 1, 2),
    ]  # fmt: skip
    assert found[0].words == "No asks and no gates on the section news."
    assert found[1].words == "No appeals from 22:00 to 07:00 each day."


def test_a_pause_is_shown_from_its_beginning_to_its_end_with_its_reason() -> None:
    pause = Pause(
        "A tragedy", datetime(2026, 11, 20, 0, 0, tzinfo=UTC), True, datetime(2026, 11, 18, 9, tzinfo=UTC), "Ana"
    )
    elsewhere = Switch(SwitchScope.SITE, "other")

    (found,) = entries(pauses={Switch(SwitchScope.SITE, "tide"): pause, elsewhere: pause})

    assert numbers(found) == [18, 19]
    assert found.name == "All asks are paused"
    assert found.words == "A tragedy, until 20 November 2026 00:00. Begun by Ana."


def test_two_campaigns_at_a_place_compete_and_the_first_wins() -> None:
    first, second = campaign("first", 1, 10, priority=1), campaign("second", 8, 20)

    (found,) = overlaps_of(entries(first, second), ZONE)

    assert (found.winner.name, found.loser.name) == ("first", "second")
    assert found.sentence == (
        "On 8 to 10 November “first” is asked first: readers who could see both see it, "
        "and when it spares a reader, it is the turn of “second”."
    )


def test_a_campaign_that_takes_every_reader_of_another_is_said_to() -> None:
    everywhere = campaign("first", priority=1, is_dismissible=False)

    (found,) = overlaps_of(entries(everywhere, campaign("second", 2, 2)), ZONE)

    assert found.sentence.startswith("On 2 November “first” takes every reader whom “second” could have")


@pytest.mark.parametrize(
    "other",
    [
        campaign("other", placement=Placement.ARTICLE_END),
        campaign("other", 12, 20),
        campaign("other", reader=ReaderRules(countries_any=frozenset({"GB"}))),
        campaign("other", page=PageRules(types=frozenset({PageType.FRONT}))),
        campaign("other", reader=ReaderRules(countries_any=frozenset({"IE"}), is_signed_in=True)),
        campaign("other", kind=Kind.GATE, placement=Placement.ARTICLE_TOP, gate=Gate(GateType.PAYMENT)),
    ],
)
def test_campaigns_for_other_places_days_readers_or_pages_do_not_compete(other: Campaign) -> None:
    irish = campaign(
        "irish", 1, 10,
        page=PageRules(types=frozenset({PageType.ARTICLE})),
        reader=ReaderRules(countries_any=frozenset({"IE"}), is_signed_in=False),
    )  # fmt: skip

    assert overlaps_of(entries(irish, other), ZONE) == ()


@pytest.mark.parametrize(
    ("first", "second", "compete"),
    [
        (ReaderRules(languages_any=frozenset({"en"})), ReaderRules(languages_any=frozenset({"en-ie"})), True),
        (ReaderRules(languages_any=frozenset({"en"})), ReaderRules(languages_any=frozenset({"ga"})), False),
        (ReaderRules(devices=frozenset({Device.MOBILE})), ReaderRules(devices=frozenset({Device.IOS})), True),
        (ReaderRules(devices=frozenset({Device.MOBILE})), ReaderRules(devices=frozenset({Device.TABLET})), False),
    ],
)
def test_languages_and_devices_may_be_parts_of_each_other(
    first: ReaderRules, second: ReaderRules, compete: bool
) -> None:
    found = overlaps_of(entries(campaign("first", reader=first), campaign("second", reader=second)), ZONE)

    assert bool(found) is compete


def test_a_draft_does_not_compete() -> None:
    draft = campaign("draft", status=Status.DRAFT, priority=1)

    assert overlaps_of(entries(campaign(), drafts={"draft": draft}), ZONE) == ()


def test_the_cells_of_a_row_cover_the_month_and_mark_the_days_of_competition() -> None:
    found = entries(campaign("first", 1, 10, priority=1), campaign("second", 8, 20))

    (group,) = rows_by_place(found, overlaps_of(found, ZONE), NOVEMBER)

    assert [(cell.length, cell.look, cell.words) for cell in group.rows[1].cells] == [
        (7, "free", ""), (3, "overlaps", "8 to 10 November, competes"),
        (10, "runs", "11 to 20 November"), (10, "free", ""),
    ]  # fmt: skip
    assert all(sum(cell.length for cell in row.cells) == 30 for row in group.rows)


def test_a_share_leaves_the_other_readers_to_the_next_campaign() -> None:
    half = replace(campaign("half", priority=1), share=0.5)

    (found,) = overlaps_of(entries(half, campaign("rest", 3, 3)), ZONE)

    assert (
        found.sentence
        == "On 3 November “half” is asked first: 50 % of readers see it, and the others are left to “rest”."
    )


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "0001-01", "9999-12", "november", "2026-11-01", "٢٠٢٦-١١"]
)
def test_other_texts_are_no_month(text: str) -> None:
    assert read_month(text) is None


def test_months_follow_each_other_over_the_turn_of_the_year() -> None:
    assert str(Month(2026, 12).later(1)) == "2027-01"
    assert str(Month(2026, 1).later(-1)) == "2025-12"
    assert read_month(" 2026-11 ") == NOVEMBER


def test_days_are_written_in_runs() -> None:
    assert days_in_words(range(NOVEMBER.days.start, NOVEMBER.days.start + 3)) == "1 to 3 November"
    assert days_in_words([NOVEMBER.days.start, NOVEMBER.days.start + 4]) == "1 and 5 November"
    assert days_in_words([]) == "no day"
