"""What staff read of the counts: one line per day, campaign and variant."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.insights.tally import Cell, Counted


@dataclass(frozen=True, slots=True)
class DayOfVariant:
    """How often a variant was met on one local day. `is_counted`: by readers who take part in the experiment."""

    day: date
    campaign: str
    variant: str
    is_counted: bool
    shown: int
    seen: int
    dismissed: int
    clicked: int


def days_of_variants(counts: Iterable[tuple[Cell, int]]) -> list[DayOfVariant]:
    """In the order of the first count of each."""
    found: dict[tuple[date, str, str, bool], Counter[Counted]] = {}
    for cell, count in counts:
        found.setdefault((cell.day, cell.campaign, cell.variant, cell.is_counted), Counter())[cell.event] = count
    return [
        DayOfVariant(
            *about,
            shown=events[Counted.SHOWN],
            seen=events[Counted.SEEN],
            dismissed=events[Counted.DISMISSED],
            clicked=events[Counted.CLICKED],
        )
        for about, events in found.items()
    ]
