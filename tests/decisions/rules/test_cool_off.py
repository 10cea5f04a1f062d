"""The silence after a dismissal."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.frequency import CoolOff, Counting, ShowAgain, WeeklyShowAgain
from service.campaigns.schedule import Weekday
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_event
from service.readers.reader import Reader
from tests.decisions import make

WEEK = 7 * make.DAY
IRELAND = frozenset({"IE"})


def closed(*ages_seconds: int, by: str = "autumn", now: datetime = make.NOW) -> Reader:
    reader = make.reader()
    for age in sorted(ages_seconds, reverse=True):
        reader = record_event(reader, PromptEvent.DISMISSED, campaign_fingerprint(by), 0, make.instant(now) - age)
    return reader


def blocked(cool_off: CoolOff, reader: Reader, **about: Any) -> str | None:
    return make.blocked_by(make.compiled(make.campaign(cool_off=cool_off)), who=reader, **about)


@pytest.mark.parametrize(("age", "expected"), [(30 * make.DAY - 1, "after_dismissal"), (30 * make.DAY, None)])
def test_a_cool_off_ends_at_exactly_its_days_of_twenty_four_hours(age: int, expected: str | None) -> None:
    assert blocked(CoolOff(dismissal_seconds=(30 * make.DAY,)), closed(age)) == expected


def test_a_cool_off_grows_with_each_dismissal_and_the_last_step_repeats() -> None:
    cool_off = CoolOff(dismissal_seconds=(WEEK, 2 * WEEK, 4 * WEEK))

    for ages, passes in (
        ((WEEK,), True),
        ((WEEK, 9 * WEEK), False),
        ((2 * WEEK, 9 * WEEK), True),
        ((2 * WEEK, 9 * WEEK, 10 * WEEK), False),
        ((4 * WEEK, 9 * WEEK, 10 * WEEK), True),
        ((4 * WEEK - 1, 9 * WEEK, 10 * WEEK, 11 * WEEK), False),
        ((4 * WEEK, 9 * WEEK, 10 * WEEK, 11 * WEEK), True),
    ):
        assert (blocked(cool_off, closed(*ages)) is None) is passes, ages


def test_the_nth_dismissal_silences_a_campaign_forever() -> None:
    cool_off = CoolOff(ends_after_dismissals=2)

    assert blocked(cool_off, closed(WEEK)) is None
    assert blocked(cool_off, closed(WEEK, 2 * WEEK)) == "dismissed_for_good"
    assert blocked(CoolOff(ends_after_dismissals=1), closed(300 * make.DAY)) == "dismissed_for_good"
    assert blocked(CoolOff(ends_after_dismissals=0), make.reader()) == "dismissed_for_good"


def test_the_editors_button_shows_again_what_was_closed_before_it() -> None:
    show = CoolOff(until_shown_again=True, show_again=(ShowAgain(make.NOW - timedelta(days=1)),))

    assert blocked(show, closed(2 * make.DAY)) is None
    assert blocked(show, closed(make.DAY - 1)) == "after_dismissal"
    for_good = CoolOff(ends_after_dismissals=1, show_again=show.show_again)
    assert blocked(for_good, closed(2 * make.DAY)) is None
    assert blocked(for_good, closed(5000)) == "dismissed_for_good"


def test_showing_again_may_be_for_some_countries_alone() -> None:
    show = CoolOff(until_shown_again=True, show_again=(ShowAgain(make.NOW - timedelta(days=1), IRELAND),))
    reader = closed(2 * make.DAY)

    assert blocked(show, reader, visit=make.visit(country="IE")) is None
    assert blocked(show, reader, visit=make.visit(country="US")) == "after_dismissal"
    assert blocked(show, reader) == "after_dismissal"


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Dublin", "2026-03-29"),
        ("Europe/London", "2026-10-25"),
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Pacific/Auckland", "2026-04-05"),
        ("Pacific/Auckland", "2026-09-27"),
    ],
)
def test_a_weekly_show_again_comes_at_its_local_hour_on_sundays_the_clocks_change(zone: str, changes: str) -> None:
    sunday = datetime.fromisoformat(changes).replace(hour=9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    cool_off = CoolOff(until_shown_again=True, weekly_show_again=(WeeklyShowAgain(Weekday.SUN, 540),))
    where = make.compiled(make.campaign(cool_off=cool_off), site=make.site(timezone=zone))
    reader = closed(0, now=sunday - timedelta(days=2))

    trace = make.trace(make.decided(where, who=reader, now=sunday - timedelta(seconds=1)))

    assert (trace.blocked_by, trace.next_at) == ("after_dismissal", make.instant(sunday))
    assert make.blocked_by(where, who=reader, now=sunday) is None


def test_closed_at_the_very_minute_of_the_show_again_waits_for_the_next() -> None:
    sunday = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
    cool_off = CoolOff(until_shown_again=True, weekly_show_again=(WeeklyShowAgain(Weekday.SUN, 540),))
    where = make.compiled(make.campaign(cool_off=cool_off))

    assert make.blocked_by(where, who=closed(0, now=sunday), now=sunday + timedelta(days=6)) == "after_dismissal"
    assert make.blocked_by(where, who=closed(0, now=sunday), now=sunday + timedelta(days=7)) is None


def test_a_silence_ends_at_the_earlier_of_its_time_and_show_again() -> None:
    monday_nine = WeeklyShowAgain(Weekday.MON, 540)
    cool_off = CoolOff(dismissal_seconds=(30 * make.DAY,), until_shown_again=True, weekly_show_again=(monday_nine,))
    where = make.compiled(make.campaign(cool_off=cool_off))

    trace = make.trace(make.decided(where, who=closed(5000)))

    assert trace.next_at == make.instant(datetime(2026, 11, 23, 9, tzinfo=UTC))


def test_dismissals_of_all_campaigns_may_count() -> None:
    cool_off = CoolOff(dismissal_seconds=(WEEK,), dismissals=Counting.ALL)

    assert blocked(cool_off, closed(5000, by="other")) == "after_dismissal"
    assert blocked(CoolOff(dismissal_seconds=(WEEK,)), closed(5000, by="other")) is None


@pytest.mark.parametrize(("age", "expected"), [(0, "after_closing"), (3599, "after_closing"), (3600, None)])
def test_an_hour_of_silence_follows_closing_anything(age: int, expected: str | None) -> None:
    assert blocked(CoolOff(), closed(age, by="other")) == expected


def test_the_site_sets_the_silence_after_closing() -> None:
    where = make.compiled(make.campaign(), site=make.site(silence_after_closing_seconds=0))

    assert make.blocked_by(where, who=closed(0)) is None


def test_a_dismissal_dated_ahead_of_the_clock_counts_as_now_for_thirty_days() -> None:
    cool_off = CoolOff(dismissal_seconds=(WEEK,))

    assert blocked(cool_off, closed(-30 * make.DAY)) == "after_dismissal"
    assert blocked(cool_off, closed(-30 * make.DAY - 1)) is None


def test_a_campaign_dismissed_for_good_names_no_instant() -> None:
    where = make.compiled(make.campaign(cool_off=CoolOff(ends_after_dismissals=1)))

    assert make.trace(make.decided(where, who=closed(WEEK))).next_at is None
