"""Count shown prompts and their events in memory until they are saved.

A process counts each event of a prompt once. An event that was reported to several processes counts once when they save
their counts (`service/insights/reported_event_store.py`). If a process dies, a few counts are lost.
"""

from collections import Counter, deque
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

MAX_WAITING = 100_000  # beyond this the oldest counts are dropped: they are statistics, not money
MAX_REMEMBERED = 100_000  # events of prompts, about 25 MB; beyond this the oldest are forgotten


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


class ReportedEvent(NamedTuple):
    """An event of a prompt that was reported. `day`: the day on which the prompt was shown, in UTC."""

    day: date
    fingerprint: bytes


class Happened(StrEnum):
    """What happened on a page view: it was decided, at least one appeal or banner was shown, a gate was shown."""

    VIEWED = "viewed"
    ASKED = "asked"
    GATED = "gated"


EVENTS = tuple(Happened)


class HourCell(NamedTuple):
    """What a count of page views is about. `hour`: of the local day, 0 to 23; hours that clocks repeat are one."""

    site: str
    day: date
    hour: int
    event: Happened


class Tally:
    """The counts that are not saved yet. Appending to a deque is atomic, so prompts need no lock.

    Page views are many and their cells are few, so they are added up at once. Their number is bounded by the sites.
    """

    def __init__(self) -> None:
        self._views: dict[tuple[str, int, int], list[int]] = {}  # by site, day and hour, in the order of EVENTS
        self._waiting: deque[Cell] = deque(maxlen=MAX_WAITING)
        self._reports: dict[ReportedEvent, Cell] = {}
        self._remembered: dict[ReportedEvent, None] = {}
        self._turn = Lock()

    def is_first(self, event: ReportedEvent) -> bool:
        """Return True if this event of a prompt is reported to this process for the first time, and remember it."""
        with self._turn:
            if event in self._remembered:
                return False
            self._remembered[event] = None
            if len(self._remembered) > MAX_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            return True

    def add_report(self, event: ReportedEvent, cell: Cell) -> None:
        """Count an event of a prompt, unless it turns out to be saved already."""
        with self._turn:
            self._reports.setdefault(event, cell)
            self._drop_oldest_reports()

    def add(self, cell: Cell) -> None:
        self._waiting.append(cell)

    def add_view(self, site: str, day: int, hour: int, shown: Happened = Happened.VIEWED) -> None:
        """Count a page view and, unless it is only VIEWED, what it showed. `day` is an ordinal of the local day."""
        with self._turn:
            counts = self._views.get((site, day, hour))
            if counts is None:
                counts = self._views[site, day, hour] = [0, 0, 0]
            counts[0] += 1
            if shown is not Happened.VIEWED:
                counts[EVENTS.index(shown)] += 1

    def give_back_views(self, views: Counter[HourCell]) -> None:
        """Put counts of page views back that could not be saved."""
        with self._turn:
            for cell, count in views.items():
                key = (cell.site, cell.day.toordinal(), cell.hour)
                self._views.setdefault(key, [0, 0, 0])[EVENTS.index(cell.event)] += count

    def taken_views(self) -> Counter[HourCell]:
        """Remove and return all counts of page views."""
        with self._turn:
            views, self._views = self._views, {}
        return Counter(
            {
                HourCell(site, date.fromordinal(day), hour, event): count
                for (site, day, hour), counts in views.items()
                for event, count in zip(EVENTS, counts, strict=True)
                if count
            }
        )

    def taken(self) -> Counter[Cell]:
        """Remove and return all counts of prompts."""
        counts = Counter[Cell]()
        while self._waiting:
            counts[self._waiting.popleft()] += 1
        return counts

    def taken_reports(self) -> dict[ReportedEvent, Cell]:
        """Remove and return all events of prompts that were reported."""
        with self._turn:
            reports, self._reports = self._reports, {}
        return reports

    def give_back(self, counts: Counter[Cell]) -> None:
        """Put counts back that could not be saved."""
        self._waiting.extend(counts.elements())

    def give_back_reports(self, reports: dict[ReportedEvent, Cell]) -> None:
        """Put events of prompts back that could not be saved."""
        with self._turn:
            self._reports = reports | self._reports
            self._drop_oldest_reports()

    def _drop_oldest_reports(self) -> None:
        while len(self._reports) > MAX_WAITING:
            del self._reports[next(iter(self._reports))]


def reported_event(event_id: str, shown_at: int) -> ReportedEvent:
    """Return what is remembered of an event. `shown_at`: when its prompt was shown, in seconds since 1970."""
    day = datetime.fromtimestamp(shown_at, UTC).date()
    return ReportedEvent(day, blake2b(event_id.encode(), digest_size=10).digest())
