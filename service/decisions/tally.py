"""Count shown prompts and their events in memory until they are saved. If the process dies, a few counts are lost."""

from collections import Counter, deque
from datetime import date
from enum import StrEnum
from typing import NamedTuple

MAX_WAITING = 100_000  # beyond this the oldest counts are dropped: they are statistics, not money


class Counted(StrEnum):
    SHOWN = "shown"
    SEEN = "seen"
    DISMISSED = "dismissed"
    CLICKED = "clicked"


class Cell(NamedTuple):
    """What a count is about: an event of a variant on a local day. `is_counted`: it counts in the experiment."""

    site: str
    campaign: str
    variant: str
    day: date
    is_counted: bool
    event: Counted


class Tally:
    """The counts that are not saved yet. Appending to a deque is atomic, so requests need no lock."""

    def __init__(self) -> None:
        self._waiting: deque[Cell] = deque(maxlen=MAX_WAITING)

    def add(self, cell: Cell) -> None:
        self._waiting.append(cell)

    def taken(self) -> Counter[Cell]:
        """Remove and return all counts."""
        counts = Counter[Cell]()
        while self._waiting:
            counts[self._waiting.popleft()] += 1
        return counts

    def give_back(self, counts: Counter[Cell]) -> None:
        """Put counts back that could not be saved."""
        self._waiting.extend(counts.elements())
