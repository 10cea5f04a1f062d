"""A period has a name in words, and the month that is closed next is offered first."""

from datetime import date, timedelta

import pytest

from service.console.screens.closing.periods import BooksPeriod, day_of, months_to_close, usual_last_day


@pytest.mark.parametrize(
    ("first_day", "last_day", "name"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
        (None, date(2026, 10, 31), "October 2026"),
        (date(2026, 10, 5), date(2026, 10, 31), "October 2026"),
        (date(2026, 9, 1), date(2026, 10, 31), "01 September 2026 to 31 October 2026"),
        (date(2026, 11, 1), date(2026, 10, 31), "October 2026"),
        (date(2026, 10, 1), date(2026, 10, 15), "01 October 2026 to 15 October 2026"),
    ],
)
def test_a_period_has_a_name(first_day: date | None, last_day: date, name: str) -> None:
    assert BooksPeriod(first_day, last_day).name == name


@pytest.mark.parametrize(
    ("closed_through", "last_day"),
    [
        (None, date(2026, 10, 31)),
        (date(2026, 8, 31), date(2026, 9, 30)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 10, 15), date(2026, 10, 31)),
        (date(2025, 12, 31), date(2026, 1, 31)),
    ],
)
def test_the_next_month_is_offered(closed_through: date | None, last_day: date) -> None:
    assert usual_last_day(closed_through, date(2026, 11, 18)) == last_day


@pytest.mark.parametrize("text", ["", "October", "2026-02-30", "1999-12-31", "9999-12-31"])
def test_a_day_that_cannot_be_meant_gives_the_usual_one(text: str) -> None:
    assert day_of(text, date(2026, 10, 31)) == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("closed_through", "names"),
    [
        (None, ["October 2026", "November 2026"]),
        (date(2026, 10, 31), ["November 2026"]),
        (date(2026, 8, 31), ["September 2026", "October 2026", "November 2026"]),
        (
            date(2025, 1, 31),
            [f"{month} 2026" for month in ("June", "July", "August", "September", "October", "November")],
        ),
    ],
)
def test_the_months_that_are_not_closed_are_offered(closed_through: date | None, names: list[str]) -> None:
    today = date(2026, 11, 18)

    months = months_to_close(closed_through, usual_last_day(closed_through, today), today)

    assert [name for name, _ in months] == names
    assert all((day + timedelta(days=1)).day == 1 for _, day in months)
