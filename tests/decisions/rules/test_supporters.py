"""Supporter states, when they end, and the rules that depend on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from service.campaigns.frequency import CoolOff
from service.campaigns.reader_rules import EVERYONE, SUPPORTERS, ReaderRules, SupporterState
from service.campaigns.site import SupporterPolicy
from service.decisions.rules.supporters import contributed, refunded, state_ends_at, supporter_state
from service.money import Interval
from service.readers.reader import RecurringState, Support
from tests.decisions import make

NOW = make.instant()


def state(support: Support, now: datetime = make.NOW, **policy: Any) -> SupporterState:
    return supporter_state(support, SupporterPolicy(**policy), make.time_at(now))


def blocked(support: Support, **campaign: Any) -> str | None:
    return make.blocked_by(make.compiled(make.campaign(**campaign)), who=make.reader(support=support))


@pytest.mark.parametrize(
    ("support", "expected"),
    [
        (Support(), SupporterState.NONE),
        (Support(RecurringState.ACTIVE, recurring_at=NOW - 5), SupporterState.RECURRING),
        (Support(RecurringState.PAST_DUE, past_due_at=NOW - 5), SupporterState.PAST_DUE),
        (Support(RecurringState.CANCELLED, paid_until=NOW + 1), SupporterState.RECURRING),
        (Support(RecurringState.CANCELLED, paid_until=NOW), SupporterState.LAPSED),
        (Support(ended_at=NOW - 5), SupporterState.LAPSED),
        (Support(one_off_at=NOW), SupporterState.ONE_OFF),
        (Support(RecurringState.ACTIVE, one_off_at=NOW), SupporterState.RECURRING),
        (Support(ended_at=NOW - 5, one_off_at=NOW - 5), SupporterState.ONE_OFF),
    ],
)
def test_the_supporter_state_follows_from_the_support(support: Support, expected: SupporterState) -> None:
    assert state(support) is expected


@pytest.mark.parametrize(
    ("age", "expected"), [(90 * make.DAY - 1, SupporterState.ONE_OFF), (90 * make.DAY, SupporterState.LAPSED)]
)
def test_a_one_off_contribution_counts_for_its_days(age: int, expected: SupporterState) -> None:
    assert state(Support(one_off_at=NOW - age)) is expected


def test_a_refund_undoes_a_one_off_contribution() -> None:
    support = contributed(Support(), Interval.ONE_OFF, NOW)

    assert state(refunded(support)) is SupporterState.NONE


def test_a_failing_payment_is_past_due_for_so_long_and_then_lapsed() -> None:
    support = Support(RecurringState.PAST_DUE, past_due_at=NOW - 10 * make.DAY)

    assert state(support) is SupporterState.PAST_DUE
    assert state(support, past_due_days=11) is SupporterState.PAST_DUE
    assert state(support, past_due_days=10) is SupporterState.LAPSED


@pytest.mark.parametrize(
    ("ended", "months", "last"),
    [
        (datetime(2026, 8, 31, 12, tzinfo=UTC), 6, datetime(2027, 2, 28, 13, tzinfo=UTC)),
        (datetime(2027, 8, 31, 12, tzinfo=UTC), 6, datetime(2028, 2, 29, 13, tzinfo=UTC)),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), 1, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (datetime(2026, 7, 31, 12, tzinfo=UTC), 2, datetime(2026, 9, 30, 12, tzinfo=UTC)),
        (datetime(2026, 12, 30, 12, tzinfo=UTC), 2, datetime(2027, 2, 28, 12, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), 12, datetime(2029, 2, 28, 12, tzinfo=UTC)),
    ],
)
def test_lapsed_lasts_calendar_months_clamped_to_the_months_end(ended: datetime, months: int, last: datetime) -> None:
    """The local time of day stays the same, so the UTC time is an hour later once summer time has ended."""
    support = Support(ended_at=make.instant(ended))

    assert state(support, last - timedelta(seconds=1), lapsed_months=months) is SupporterState.LAPSED
    assert state(support, last, lapsed_months=months) is SupporterState.NONE
    assert state_ends_at(support, SupporterPolicy(lapsed_months=months), make.time_at(ended)) == make.instant(last)


def test_without_months_a_lapsed_supporter_stays_one() -> None:
    assert state(Support(ended_at=1_000_000_000)) is SupporterState.LAPSED


def test_supporters_are_not_asked_unless_the_campaign_is_for_them() -> None:
    recurring = Support(RecurringState.ACTIVE)

    assert blocked(recurring) == "supporter"
    assert blocked(Support(one_off_at=NOW)) == "supporter"
    assert blocked(Support(RecurringState.PAST_DUE, past_due_at=NOW)) == "supporter"
    assert blocked(Support(ended_at=NOW - 5)) is None
    assert blocked(recurring, reader=ReaderRules(supporters=SUPPORTERS)) is None
    assert blocked(Support(), reader=ReaderRules(supporters=SUPPORTERS)) == "supporter"
    assert blocked(Support(), reader=ReaderRules(supporters=EVERYONE)) is None


def test_former_supporters_can_be_asked_alone() -> None:
    former = ReaderRules(supporters=frozenset({SupporterState.LAPSED}))

    assert blocked(Support(ended_at=NOW - 5), reader=former) is None
    assert blocked(Support(), reader=former) == "supporter"


def test_the_silence_of_a_supporter_says_when_it_ends() -> None:
    where = make.compiled(make.campaign())
    reader = make.reader(support=Support(one_off_at=NOW - 5))

    trace = make.trace(make.decided(where, who=reader))

    assert (trace.blocked_by, trace.next_at) == ("supporter", NOW - 5 + 90 * make.DAY)


@pytest.mark.parametrize(
    ("age", "days", "expected"),
    [
        (30 * make.DAY - 1, 30, "after_contribution"),
        (30 * make.DAY, 30, None),
        (0, 0, None),
        (100 * make.DAY, 120, "after_contribution"),
    ],
)
def test_a_campaigns_own_days_after_a_one_off_replace_the_sites(age: int, days: int, expected: str | None) -> None:
    assert blocked(Support(one_off_at=NOW - age), cool_off=CoolOff(one_off_days=days)) == expected


def test_a_campaigns_own_days_after_a_recurring_contribution() -> None:
    support = Support(RecurringState.ACTIVE, recurring_at=NOW - 10 * make.DAY)

    assert blocked(support, cool_off=CoolOff(recurring_days=11)) == "after_contribution"
    assert blocked(support, cool_off=CoolOff(recurring_days=10)) is None
    assert (
        blocked(
            replace(support, recurring=RecurringState.PAST_DUE, past_due_at=NOW), cool_off=CoolOff(recurring_days=10)
        )
        == "supporter"
    )


def test_a_new_contribution_ends_what_was_wrong_with_the_old() -> None:
    failing = Support(RecurringState.PAST_DUE, past_due_at=NOW - 5, checkout_at=NOW - 3)

    after = contributed(failing, Interval.YEAR, NOW)

    assert state(after) is SupporterState.RECURRING
    assert (after.checkout_at, after.recurring_interval) == (0, Interval.YEAR)
