"""The plan of the past is over before now, is the same each time, and has every case that finance must see."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra.demo_past.plan import (
    DAYS,
    HOURS,
    MOST_RECENT,
    Act,
    Cancellation,
    CardChange,
    Contribution,
    PartialRefund,
    Silence,
    Visit,
    plan,
)

NOW = datetime(2026, 11, 30, 15, 20, tzinfo=UTC)
DUBLIN = ZoneInfo("Europe/Dublin")


@pytest.fixture(scope="module")
def acts() -> list[Act]:
    return plan(NOW, DUBLIN)


def test_the_acts_are_in_order_and_over(acts: list[Act]) -> None:
    times = [act.at for act in acts]

    assert times == sorted(times)
    assert times[-1] <= NOW - MOST_RECENT


def test_the_plan_of_an_instant_is_always_the_same(acts: list[Act]) -> None:
    assert plan(NOW, DUBLIN) == acts


def test_a_later_plan_only_adds_acts_on_the_same_day(acts: list[Act]) -> None:
    later = plan(NOW + timedelta(hours=3), DUBLIN)

    assert later[: len(acts)] == acts
    assert len(later) > len(acts)


def test_every_day_has_visits_and_today_has_some(acts: list[Act]) -> None:
    visits = Counter(act.at.astimezone(DUBLIN).date() for act in acts if isinstance(act, Visit))

    assert len(visits) == DAYS + 1
    assert min(visits.values()) > 5


def test_every_contributor_has_a_name_of_their_own(acts: list[Act]) -> None:
    names = [act.name for act in acts if isinstance(act, Contribution)]

    assert len(names) == len(set(names)) > 20


def test_whoever_is_refunded_changed_or_ended_has_contributed_before(acts: list[Act]) -> None:
    later_acts = [act for act in acts if isinstance(act, CardChange | PartialRefund | Cancellation)]

    for act in later_acts:
        began = next(other for other in acts if isinstance(other, Contribution) and other.name == act.name)
        assert began.at < act.at
    assert {type(act) for act in later_acts} == {CardChange, PartialRefund, Cancellation}


@pytest.mark.parametrize("weeks", range(6))
def test_nobody_is_asked_during_a_pause(weeks: int) -> None:
    acts = plan(NOW - timedelta(weeks=weeks, days=weeks), DUBLIN)
    (silence,) = (act for act in acts if isinstance(act, Silence))
    ends_at = silence.at + timedelta(hours=silence.hours)

    asked = [act for act in acts if isinstance(act, Contribution) and act.is_asked]

    assert not [act for act in asked if silence.at <= act.at < ends_at]


def test_there_is_a_chance_for_every_hour_of_the_day() -> None:
    assert len(HOURS) == 24
