"""What each campaign of a site brought in the last days, in a few words."""

from collections.abc import Iterable
from datetime import date

from service.contributions.earned_store import EarnedOnDay
from service.decisions.tally import Counted
from service.insights.store import DailyCount

RESULT_DAYS = 7


def results_in_words(counts: Iterable[DailyCount], earned: Iterable[EarnedOnDay]) -> dict[str, str]:
    """Return a phrase for every campaign that was asked or earned something: `412 asks · 3 contributions`."""
    asks: dict[str, int] = {}
    paid: dict[str, int] = {}
    for daily in counts:
        if daily.cell.event is Counted.SEEN:
            asks[daily.cell.campaign] = asks.get(daily.cell.campaign, 0) + daily.count
    for on_day in earned:
        paid[on_day.campaign] = paid.get(on_day.campaign, 0) + on_day.count
    return {key: _phrase(asks.get(key, 0), paid.get(key, 0)) for key in asks.keys() | paid.keys()}


def first_day(today_on: date) -> date:
    """Return the first of the days that the results cover."""
    return date.fromordinal(today_on.toordinal() - RESULT_DAYS + 1)


def _phrase(asks: int, contributions: int) -> str:
    return f"{asks:,} ask{'' if asks == 1 else 's'} · {contributions:,} contribution{'' if contributions == 1 else 's'}"
