"""Count shown prompts and their events in memory until they are saved, each event of a prompt once.

If the process dies, a few counts are lost.
"""

from collections import Counter, deque
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

ADDED_UP_AT = 1_000  # page views. Adding up many at once takes a tenth of the time
MAX_REMEMBERED = 100_000  # events of prompts, about 15 MB; beyond this the oldest are forgotten


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


class Happened(StrEnum):
    """What happened on a page view: it was decided, at least one appeal or banner was shown, a gate was shown."""

    VIEWED = "viewed"
    ASKED = "asked"
    GATED = "gated"


class HourCell(NamedTuple):
    """What a count of page views is about. `hour`: of the local day, 0 to 23; hours that clocks repeat are one."""

    site: str
    day: date
    hour: int
    event: Happened


# A prompt on a page view: its campaign and variant, whether it counts in the experiment, and whether it is a gate.
Shown = tuple[str, str, bool, bool]


class Tally:
    """The counts that are not saved yet. Campaigns, days and hours bound their number, not traffic.

    Page views are noted without a lock, because appending to a deque is atomic, and are added up later.
    """

    def __init__(self) -> None:
        self._noted: deque[tuple[str, int, int, tuple[Shown, ...]]] = deque()  # site, day and hour of page views
        self._views = Counter[HourCell]()
        self._prompts = Counter[Cell]()
        self._remembered: dict[bytes, None] = {}
        self._turn = Lock()

    def is_first(self, event_id: str) -> bool:
        """Return True if this event of a prompt is reported to this process for the first time, and remember it."""
        event = blake2b(event_id.encode(), digest_size=10).digest()
        with self._turn:
            if event in self._remembered:
                return False
            self._remembered[event] = None
            if len(self._remembered) > MAX_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            return True

    def add(self, cell: Cell) -> None:
        with self._turn:
            self._prompts[cell] += 1

    def add_view(self, site: str, day: int, hour: int, shown: tuple[Shown, ...] = ()) -> None:
        """Count a page view and the prompts that it showed. `day` is an ordinal of the local day."""
        self._noted.append((site, day, hour, shown))
        if len(self._noted) >= ADDED_UP_AT:
            with self._turn:
                self._add_up()

    def taken_views(self) -> Counter[HourCell]:
        """Remove and return all counts of page views."""
        with self._turn:
            self._add_up()
            views, self._views = self._views, Counter()
        return views

    def taken(self) -> Counter[Cell]:
        """Remove and return all counts of prompts."""
        with self._turn:
            self._add_up()
            prompts, self._prompts = self._prompts, Counter()
        return prompts

    def give_back_views(self, views: Counter[HourCell]) -> None:
        """Put counts of page views back that could not be saved."""
        with self._turn:
            self._views.update(views)

    def give_back(self, counts: Counter[Cell]) -> None:
        """Put counts of prompts back that could not be saved."""
        with self._turn:
            self._prompts.update(counts)

    def _add_up(self) -> None:
        """Add up the page views that are noted. The caller holds the lock."""
        noted = Counter([self._noted.popleft() for _ in range(len(self._noted))])
        for (site, ordinal, hour, shown), count in noted.items():
            viewed = HourCell(site, date.fromordinal(ordinal), hour, Happened.VIEWED)
            self._views[viewed] += count
            for campaign, variant, is_counted, is_gate in shown:
                event = Happened.GATED if is_gate else Happened.ASKED
                self._prompts[Cell(site, campaign, variant, viewed.day, is_counted, Counted.SHOWN)] += count
            if shown:  # a gate is always the only prompt
                self._views[viewed._replace(event=event)] += count
