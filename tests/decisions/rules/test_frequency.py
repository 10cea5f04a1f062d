"""Frequency limits: at exactly k, at exactly d × 24 hours, and on days when the clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.frequency import Cap, Counting, Cycle, DailyCap, Frequency, Gap, SiteFrequency
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_contribution, record_event
from service.readers.reader import MAX_SEEN, History, Reader
from tests.decisions import make


def seen(*ages_seconds: int, by: str = "autumn", reader: Reader | None = None) -> Reader:
    """Build a reader who saw a campaign this many seconds ago."""
    reader = reader or make.reader()
    for age in sorted(ages_seconds, reverse=True):
        reader = record_event(reader, PromptEvent.SEEN, campaign_fingerprint(by), 0, make.instant() - age)
    return reader


def blocked(frequency: Frequency, reader: Reader | None = None, **about: Any) -> str | None:
    return make.blocked_by(make.compiled(make.campaign(frequency=frequency)), who=reader, **about)


def viewed(times: int) -> Reader:
    return make.reader(history=History(day=make.time_at().day, view_count=times))


@pytest.mark.parametrize(
    ("ages", "blocked_by"),
    [
        ((0, 1, 2), None),
        ((0, 1, 2, 3), "caps"),
        ((0, 1, 2, 30 * make.DAY - 1), "caps"),
        ((0, 1, 2, 30 * make.DAY), None),
        ((0, 1, 2, 29 * make.DAY), "caps"),
    ],
)
def test_a_cap_counts_what_is_younger_than_its_days_and_blocks_at_its_number(
    ages: tuple[int, ...], blocked_by: str | None
) -> None:
    assert blocked(make.capped(4, days=30), seen(*ages)) == blocked_by


def test_a_cap_says_when_it_frees() -> None:
    where = make.compiled(make.campaign(frequency=make.capped(2, days=7)))

    trace = make.trace(make.decided(where, who=seen(10, 20, 30)))

    reason = next(reason for reason in trace.reasons if reason.rule == "caps")
    assert (reason.verdict.value, reason.verdict.limit) == (3, 2)
    assert reason.verdict.passes_at == trace.next_at == make.instant() - 20 + 7 * make.DAY


def test_a_cap_of_zero_is_never_and_no_cap_is_no_limit() -> None:
    assert blocked(make.capped(0, days=30)) == "caps"
    assert blocked(make.capped(0, days=30), has_reader=False) == "caps"
    assert blocked(Frequency(), seen(*range(30))) is None


def test_a_cap_counts_the_campaigns_own_impressions_or_all() -> None:
    reader = seen(1, 2, by="other")

    assert blocked(make.capped(2, days=30), reader) is None
    assert blocked(make.capped(2, days=30, counting=Counting.ALL), reader) == "caps"


def test_an_impression_dated_ahead_of_the_clock_counts_as_now_for_thirty_days() -> None:
    assert blocked(make.capped(1, days=30), seen(-60)) == "caps"
    assert blocked(make.capped(1, days=30), seen(-30 * make.DAY)) == "caps"
    assert blocked(make.capped(1, days=30), seen(-30 * make.DAY - 1)) is None


@pytest.mark.parametrize(("age", "blocked_by"), [(2 * make.DAY - 1, "gap"), (2 * make.DAY, None), (0, "gap")])
def test_a_gap_of_two_days_ends_at_exactly_forty_eight_hours(age: int, blocked_by: str | None) -> None:
    assert blocked(Frequency(gap=Gap(2 * make.DAY)), seen(age)) == blocked_by


def test_a_gap_longer_than_the_caps_window_still_holds() -> None:
    frequency = Frequency(caps=(Cap(4, 30),), gap=Gap(60 * make.DAY))

    assert blocked(frequency, seen(59 * make.DAY)) == "gap"
    assert blocked(frequency, seen(60 * make.DAY)) is None


def test_caps_over_a_fortnight_and_over_a_quarter_hold_to_the_end() -> None:
    assert blocked(make.capped(1, days=90), seen(90 * make.DAY - 1)) == "caps"
    assert blocked(make.capped(1, days=366), seen(366 * make.DAY - 1)) == "caps"


@pytest.mark.parametrize(("views", "blocked_by"), [(1, "first_after_views"), (3, "first_after_views"), (4, None)])
def test_a_campaign_is_silent_on_the_first_views(views: int, blocked_by: str | None) -> None:
    assert blocked(Frequency(first_after_views=3), viewed(views)) == blocked_by


def test_every_third_view_counts_from_the_first_that_may_show() -> None:
    shown = [n for n in range(1, 12) if blocked(Frequency(first_after_views=1, every_nth_view=3), viewed(n)) is None]

    assert shown == [2, 5, 8, 11]


def test_without_a_history_every_nth_is_a_chance_of_one_in_n() -> None:
    frequency = Frequency(every_nth_view=4)
    views = [f"view {n}" for n in range(2000)]

    shown = sum(blocked(frequency, has_reader=False, view_id=view) is None for view in views)

    assert 400 < shown < 600


@pytest.mark.parametrize(("times", "blocked_by"), [(2, None), (3, "total")])
def test_a_total_limit_never_ends(times: int, blocked_by: str | None) -> None:
    reader = seen(*(400 * make.DAY + n for n in range(times)))

    assert blocked(Frequency(total_impressions=3), reader) == blocked_by


def test_a_campaign_stops_after_so_many_contributions_through_it() -> None:
    reader = make.reader()
    for expected in (None, None, "contributions"):
        assert blocked(Frequency(total_contributions=2), reader) == expected
        reader = record_contribution(reader, campaign_fingerprint("autumn"))


def test_a_day_may_turn_at_four_in_the_morning() -> None:
    daily = Frequency(daily=DailyCap(1, turns_minute=240))
    at_midnight = datetime(2026, 11, 18, 0, 30, tzinfo=UTC)
    reader = record_event(make.reader(), PromptEvent.SEEN, campaign_fingerprint("autumn"), 0, make.instant(at_midnight))

    assert blocked(daily, reader, now=at_midnight.replace(hour=3, minute=59)) == "daily"
    assert blocked(daily, reader, now=at_midnight.replace(hour=4, minute=0)) is None


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Dublin", date(2026, 3, 29)),
        ("Europe/London", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Pacific/Auckland", date(2026, 9, 27)),
        ("Pacific/Auckland", date(2026, 4, 5)),
    ],
)
@pytest.mark.parametrize("turns_minute", [0, 240])
def test_a_daily_limit_frees_at_the_local_turn_of_day_when_clocks_change(
    zone: str, day: date, turns_minute: int
) -> None:
    where = make.compiled(
        make.campaign(frequency=Frequency(daily=DailyCap(1, turns_minute))), site=make.site(timezone=zone)
    )
    begins = datetime.combine(day, time(turns_minute // 60), ZoneInfo(zone)).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(turns_minute // 60), ZoneInfo(zone)).astimezone(UTC)
    reader = record_event(make.reader(), PromptEvent.SEEN, campaign_fingerprint("autumn"), 0, make.instant(begins))

    trace = make.trace(make.decided(where, who=reader, now=ends - timedelta(seconds=1)))

    assert trace.blocked_by == "daily"
    assert trace.next_at == make.instant(ends)
    assert make.blocked_by(where, who=reader, now=ends) is None
    before = record_event(make.reader(), PromptEvent.SEEN, campaign_fingerprint("autumn"), 0, make.instant(begins) - 1)
    assert make.blocked_by(where, who=before, now=begins) is None


def test_a_cycle_rests_after_its_last_impression_and_starts_again() -> None:
    cycle = Frequency(cycle=Cycle(2, rest_seconds=7 * make.DAY))
    week = 7 * make.DAY

    assert blocked(cycle, seen(10)) is None
    assert blocked(cycle, seen(10, week + 100)) == "cycle"
    assert blocked(cycle, seen(week - 1, week + 100)) == "cycle"
    assert blocked(cycle, seen(week, week + 100)) is None
    assert blocked(cycle, seen(5, week + 5, week + 100)) is None
    assert blocked(cycle, seen(4, 5, week + 5, week + 100)) == "cycle"


def test_an_impression_during_the_rest_of_a_cycle_starts_no_new_cycle() -> None:
    cycle = Frequency(cycle=Cycle(2, rest_seconds=7 * make.DAY))

    assert blocked(cycle, seen(0, 1, 2)) == "cycle"
    assert blocked(cycle, seen(7 * make.DAY - 1, 7 * make.DAY + 1, 7 * make.DAY + 2)) == "cycle"
    assert blocked(cycle, seen(7 * make.DAY, 7 * make.DAY + 1, 7 * make.DAY + 2)) is None


def test_limits_of_the_site_come_after_the_campaigns_own() -> None:
    both = make.compiled(
        make.campaign(frequency=make.capped(1, days=1)),
        site=make.site(frequency=SiteFrequency(caps=(Cap(1, 1, Counting.ALL),))),
    )
    only_site = make.compiled(
        make.campaign(),
        site=make.site(frequency=SiteFrequency(caps=(Cap(1, 1, Counting.ALL),), gap=Gap(60), daily=DailyCap(1))),
    )

    assert make.blocked_by(both, who=seen(5)) == "caps"
    assert make.blocked_by(only_site, who=seen(5, by="other")) == "site_caps"
    rules = [
        reason.rule for reason in make.trace(make.decided(only_site, who=seen(5))).reasons if not reason.verdict.passed
    ]
    assert rules == ["site_caps", "site_gap", "site_daily"]


def test_always_asking_passes_every_limit_but_not_a_cool_off() -> None:
    where = make.compiled(
        make.campaign(frequency=Frequency(caps=(Cap(0, 1),), gap=Gap(make.DAY), is_always_asking=True)),
        site=make.site(frequency=SiteFrequency(caps=(Cap(0, 1, Counting.ALL),))),
    )

    assert make.blocked_by(where, who=seen(5)) is None
    closed = record_event(make.reader(), PromptEvent.DISMISSED, campaign_fingerprint("autumn"), 0, make.instant() - 5)
    assert make.blocked_by(where, who=closed) == "after_closing"


def test_a_limit_larger_than_the_history_still_works() -> None:
    reader = seen(*range(40, 140))

    assert len(reader.prompt_record(campaign_fingerprint("autumn")).seen_at) <= MAX_SEEN
    assert blocked(make.capped(100, days=30), reader) == "caps"
    assert blocked(make.capped(101, days=30), reader) is None
    assert blocked(make.capped(100, days=30), reader, now=make.NOW + timedelta(days=31)) is None


def test_one_noisy_campaign_does_not_push_out_what_another_was_seen() -> None:
    reader = seen(3 * make.DAY, 2 * make.DAY, by="autumn")
    reader = seen(*range(100), by="noise", reader=reader)

    assert blocked(make.capped(2, days=30), reader) == "caps"


@given(st.lists(st.integers(0, 40 * make.DAY), max_size=20), st.integers(0, 10), st.integers(1, 60))
def test_raising_a_cap_never_shows_less(ages: list[int], number: int, days: int) -> None:
    reader = seen(*ages)

    if blocked(make.capped(number, days=days), reader) is None:
        assert blocked(make.capped(number + 1, days=days), reader) is None


@given(st.lists(st.integers(0, 10 * make.DAY), min_size=1, max_size=12), st.integers(1, 4), st.integers(1, 8))
def test_the_promised_instant_is_the_first_that_passes(ages: list[int], number: int, days: int) -> None:
    where = make.compiled(make.campaign(frequency=replace(make.capped(number, days=days), gap=Gap(3600))))
    reader = seen(*ages)
    trace = make.trace(make.decided(where, who=reader))

    assert trace.next_at is not None
    if trace.blocked_by:
        at = datetime.fromtimestamp(trace.next_at, UTC)
        assert make.blocked_by(where, who=reader, now=at) is None
        assert make.blocked_by(where, who=reader, now=at - timedelta(seconds=1)) is not None
