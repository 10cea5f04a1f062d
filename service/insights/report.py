"""The statistics that staff read: a line for each day, campaign and variant."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.contributions.earned_store import EarnedOnDay
from service.decisions.tally import Cell, Counted


@dataclass(frozen=True, slots=True)
class Earnings:
    """The income from contributions in one currency, from all their payments so far, in minor units."""

    currency: str
    paid: int
    paid_minor: int
    refunded_minor: int

    @property
    def net_minor(self) -> int:
        return self.paid_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class DayOfVariant:
    """How often a variant was shown, seen, dismissed and clicked on a local day, and what it earned.

    `paid`: contributions first paid on that day and not refunded in full. `is_counted`: by readers who take part in
    the experiment.
    """

    day: date
    campaign: str
    variant: str
    is_counted: bool
    shown: int
    seen: int
    dismissed: int
    clicked: int
    paid: int
    earned: tuple[Earnings, ...]


def days_of_variants(counts: Iterable[tuple[Cell, int]], earned: Iterable[EarnedOnDay]) -> list[DayOfVariant]:
    """Return a line per day, campaign, variant and `is_counted`, sorted by these."""
    counts_by_line: defaultdict[tuple[date, str, str, bool], Counter[Counted]] = defaultdict(Counter)
    for cell, count in counts:
        counts_by_line[cell.day, cell.campaign, cell.variant, cell.is_counted][cell.event] = count
    earnings_by_line: defaultdict[tuple[date, str, str, bool], list[Earnings]] = defaultdict(list)
    for on_day in earned:
        earnings = Earnings(on_day.currency, on_day.count, on_day.paid_minor, on_day.refunded_minor)
        earnings_by_line[on_day.day, on_day.campaign, on_day.variant, on_day.is_counted].append(earnings)
    return [
        DayOfVariant(
            *line,
            shown=counts_by_line[line][Counted.SHOWN],
            seen=counts_by_line[line][Counted.SEEN],
            dismissed=counts_by_line[line][Counted.DISMISSED],
            clicked=counts_by_line[line][Counted.CLICKED],
            paid=sum(earnings.paid for earnings in earnings_by_line[line]),
            earned=tuple(earnings_by_line[line]),
        )
        for line in sorted(counts_by_line.keys() | earnings_by_line.keys())
    ]
