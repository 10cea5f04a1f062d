"""The interval that an invoice bills, in every shape of its lines."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.money import Interval
from service.stripe_gateway.billed_interval import billed_interval, interval_of_price

DAY = 86_400
START = 1_763_461_800


def line(first_day: int, days: int, *, proration: bool = False) -> dict[str, Any]:
    details = {"proration": proration, "subscription": "sub_1"}
    return {
        "parent": {"type": "subscription_item_details", "subscription_item_details": details},
        "period": {"start": START + first_day * DAY, "end": START + (first_day + days) * DAY},
    }


@pytest.mark.parametrize(
    ("lines", "interval"),
    [
        ([], None),
        ([line(0, 28)], Interval.MONTH),
        ([line(0, 31)], Interval.MONTH),
        ([line(0, 7)], Interval.MONTH),
        ([line(0, 184)], Interval.MONTH),
        ([line(0, 335)], Interval.MONTH),
        ([line(0, 364)], Interval.YEAR),
        ([line(0, 365)], Interval.YEAR),
        ([line(0, 731)], Interval.YEAR),
        ([line(0, 20, proration=True)], None),
        ([line(0, 20, proration=True), line(20, 365)], Interval.YEAR),
        ([line(0, 300, proration=True), line(0, 30)], Interval.MONTH),
        ([line(0, 365), line(365, 31)], Interval.MONTH),
        ([line(0, 0)], None),
        ([{"proration": True, "period": {"start": START, "end": START + 400 * DAY}}], None),
        ([{"period": None}], None),
    ],
)
def test_the_newest_whole_period_decides(lines: list[dict[str, Any]], interval: Interval | None) -> None:
    assert billed_interval({"lines": {"data": lines}}) is interval


@given(interval=st.sampled_from(["day", "week", "month", "year"]), count=st.integers(1, 800))
def test_a_price_is_yearly_from_a_year_on(interval: str, count: int) -> None:
    """The rule for prices gives the interval of the period that such a price bills."""
    shortest = {"day": 1, "week": 7, "month": 365 / 12, "year": 365}[interval] * count
    billed = billed_interval({"lines": {"data": [line(0, round(shortest))]}})

    assert interval_of_price(interval, count) is billed


@pytest.mark.parametrize("interval", ["", "fortnight"])
def test_a_price_of_an_unknown_interval_is_not_yearly(interval: str) -> None:
    assert interval_of_price(interval, 1) is Interval.MONTH
