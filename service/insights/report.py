"""What staff read of the counts: one line per day, campaign and variant."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.contributions.earned_store import EarnedOnDay
from service.decisions.tally import Cell, Counted


@dataclass(frozen=True, slots=True)
class Earnings:
    """What contributions brought in one currency, in all their payments so far."""

    currency: str
    paid: int
    paid_minor: int
    refunded_minor: int

    @property
    def net_minor(self) -> int:
        return self.paid_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class DayOfVariant:
    """How often a variant was met on one local day, and what came of it.

    `paid`: contributions first paid on that day and not given back in full. `is_counted`: by readers who take part in
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
    """In the order of day, campaign, variant; those who take part last."""
    met: defaultdict[tuple[date, str, str, bool], Counter[Counted]] = defaultdict(Counter)
    for cell, count in counts:
        met[cell.day, cell.campaign, cell.variant, cell.is_counted][cell.event] = count
    brought: defaultdict[tuple[date, str, str, bool], list[Earnings]] = defaultdict(list)
    for one in earned:
        earnings = Earnings(one.currency, one.count, one.paid_minor, one.refunded_minor)
        brought[one.day, one.campaign, one.variant, one.is_counted].append(earnings)
    return [
        DayOfVariant(
            *about,
            shown=met[about][Counted.SHOWN],
            seen=met[about][Counted.SEEN],
            dismissed=met[about][Counted.DISMISSED],
            clicked=met[about][Counted.CLICKED],
            paid=sum(each.paid for each in brought[about]),
            earned=tuple(brought[about]),
        )
        for about in sorted(met.keys() | brought.keys())
    ]
