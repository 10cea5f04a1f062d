"""Counts in memory on their way to the database. Counting waits for nothing; a process that dies loses a few."""

from collections import Counter, deque
from datetime import date
from enum import StrEnum
from typing import NamedTuple

MAX_WAITING = 100_000  # beyond this, the oldest counts are let go: they are statistics, not money


class Counted(StrEnum):
    SHOWN = "shown"
    SEEN = "seen"
    DISMISSED = "dismissed"
    CLICKED = "clicked"


class Cell(NamedTuple):
    """What is counted: one event of one variant on one local day. `is_counted`: part of the experiment's results."""

    site: str
    campaign: str
    variant: str
    day: date
    is_counted: bool
    event: Counted


class Tally:
    """Appending to a deque is atomic, so requests need no lock and wait for nobody."""

    def __init__(self) -> None:
        self._waiting: deque[Cell] = deque(maxlen=MAX_WAITING)

    def add(self, cell: Cell) -> None:
        self._waiting.append(cell)

    def taken(self) -> Counter[Cell]:
        """Everything waiting, taken out."""
        counts = Counter[Cell]()
        while self._waiting:
            counts[self._waiting.popleft()] += 1
        return counts

    def give_back(self, counts: Counter[Cell]) -> None:
        """Wait again: the database was not there."""
        self._waiting.extend(counts.elements())
