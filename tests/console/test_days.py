"""The filter bar reads the days in an address, and names what it cannot read."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.console.days import days_of

DUBLIN = ZoneInfo("Europe/Dublin")
TODAY = date(2026, 11, 18)


def test_without_days_the_last_four_weeks_are_shown() -> None:
    days = days_of({}, TODAY, DUBLIN)

    assert (days.from_on, days.to_on, days.errors) == (date(2026, 10, 22), TODAY, None)


def test_both_days_are_included_in_the_zone_of_the_site() -> None:
    days = days_of({"from": "2026-10-25", "to": "2026-10-25"}, TODAY, DUBLIN)

    assert days.ends_at.timestamp() - days.starts_at.timestamp() == 25 * 3600  # summer time ends on this day


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "31.12.2026", "0001-01-01", "9999-12-31", "٢٠٢٦"])
def test_a_day_that_cannot_be_read_is_named_and_the_usual_one_counts(text: str) -> None:
    days = days_of({"to": text}, TODAY, DUBLIN)

    assert days.errors is not None
    assert text in days.errors["to"]
    assert days.to_on == TODAY


def test_days_in_the_wrong_order_are_told() -> None:
    days = days_of({"from": "2026-11-10", "to": "2026-11-01"}, TODAY, DUBLIN)

    assert days.errors == {"from": "The first day, 2026-11-10, is after the last day, 2026-11-01."}
    assert days.from_on <= days.to_on


@given(st.dictionaries(st.sampled_from(["from", "to", "campaign", "currency"]), st.text(max_size=12)))
def test_any_address_gives_days_with_instants(parameters: dict[str, str]) -> None:
    days = days_of(parameters, TODAY, DUBLIN)

    assert days.starts_at < days.ends_at


@given(st.dates(date(1971, 1, 1), date(9999, 12, 30)), st.integers(0, 400))
def test_the_query_of_days_gives_these_days_again(to_on: date, length: int) -> None:
    from_on = max(date(1970, 1, 2), to_on - timedelta(days=length))
    days = days_of({"from": from_on.isoformat(), "to": to_on.isoformat(), "currency": "eur"}, TODAY, DUBLIN)

    assert days_of(days.query(), TODAY, DUBLIN) == days
    assert days.currency == "EUR"


def test_usual_spans_end_today_or_with_the_month_before() -> None:
    presets = days_of({"from": "2020-01-01", "to": "2020-01-31"}, date(2026, 3, 31), DUBLIN).presets

    assert presets == (
        ("Last four weeks", date(2026, 3, 4), date(2026, 3, 31)),
        ("March 2026", date(2026, 3, 1), date(2026, 3, 31)),
        ("February 2026", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026 so far", date(2026, 1, 1), date(2026, 3, 31)),
    )
