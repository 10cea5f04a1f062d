"""What is usual comes from the same weekday if there are enough, else from recent days, else it is not said."""

from datetime import date, timedelta

from service.insights.usual import Usual, usual_range

TODAY = date(2026, 11, 18)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_three_of_the_same_weekday_are_enough() -> None:
    values = {ago(7): 350, ago(14): 480, ago(1): 9000}

    found = usual_range(values, {ago(1), ago(7), ago(14), ago(21)}, TODAY)

    assert found == Usual(0, 480, 3, is_weekday=True)


def test_with_fewer_weekdays_recent_days_count() -> None:
    counted = {ago(days) for days in (1, 2, 3, 7, 14)}
    values = {day: 10 * (TODAY - day).days for day in counted} | {ago(20): 1}

    assert usual_range(values, counted | {ago(20)}, TODAY) == Usual(10, 140, 5, is_weekday=False)


def test_too_few_days_say_nothing() -> None:
    assert usual_range({}, {ago(days) for days in (1, 2, 3, 7)}, TODAY) is None


def test_today_and_days_long_ago_do_not_count() -> None:
    assert usual_range({TODAY: 5}, {TODAY, *(ago(7 * week) for week in (5, 6, 7, 8))}, TODAY) is None
