"""Count shown prompts and their events in memory until they are saved.

A process counts each event of a prompt once. An event that was reported to several processes counts once when they save
their counts (`service/insights/reported_event_store.py`). If a process dies, a few counts are lost.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

from service.campaigns.campaign import Kind
from service.decisions.prompt_token import ShownPrompt

ADDED_UP_AT = 1_000  # page views. Adding up many at once takes a tenth of the time
MAX_WAITING = 100_000  # events of prompts that are not saved; beyond this the oldest are dropped
MAX_REMEMBERED = 100_000  # events of prompts, about 30 MB; beyond this the oldest are forgotten


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


class HourCell(NamedTuple):
    """What a count of page views is about. `hour`: of the local day, 0 to 23; hours that clocks repeat are one."""

    site: str
    day: date
    hour: int
    event: Happened


class Tally:
    """The counts that are not saved yet. Campaigns, days and hours bound their number, and MAX_WAITING that of events.

    Page views are noted without a lock, because appending to a deque is atomic, and are added up later.
    """

    def __init__(self) -> None:
        self._noted: deque[tuple[str, int, int, tuple[ShownPrompt, ...]]] = deque()  # site, day and hour of page views
        self._views = Counter[HourCell]()
        self._prompts = Counter[Cell]()
        self._reports = OrderedDict[ReportedEvent, Cell]()
        self._remembered = OrderedDict[ReportedEvent, None]()
        self._turn = Lock()

    def is_first(self, event: ReportedEvent) -> bool:
        """Return True if this event of a prompt is reported to this process for the first time, and remember it."""
        with self._turn:
            if event in self._remembered:
                return False
            self._remembered[event] = None
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)  # a plain dict would look through all that were deleted before
            return True

    def add_report(self, event: ReportedEvent, cell: Cell) -> None:
        """Count an event of a prompt, unless it turns out to be saved already."""
        with self._turn:
            self._reports.setdefault(event, cell)
            self._drop_oldest_reports()

    def add_view(self, site: str, day: int, hour: int, shown: tuple[ShownPrompt, ...] = ()) -> None:
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
        """Remove and return all counts of shown prompts."""
        with self._turn:
            self._add_up()
            prompts, self._prompts = self._prompts, Counter()
        return prompts

    def give_back_views(self, views: Counter[HourCell]) -> None:
        """Put counts of page views back that could not be saved."""
        with self._turn:
            self._views.update(views)

    def taken_reports(self) -> OrderedDict[ReportedEvent, Cell]:
        """Remove and return all events of prompts that were reported."""
        with self._turn:
            reports, self._reports = self._reports, OrderedDict()
        return reports

    def give_back(self, counts: Counter[Cell]) -> None:
        """Put counts of shown prompts back that could not be saved."""
        with self._turn:
            self._prompts.update(counts)

    def give_back_reports(self, reports: Mapping[ReportedEvent, Cell]) -> None:
        """Put events of prompts back that could not be saved."""
        with self._turn:
            self._reports = OrderedDict(reports) | self._reports
            self._drop_oldest_reports()

    def _add_up(self) -> None:
        """Add up the page views that are noted. The caller holds the lock."""
        noted = Counter([self._noted.popleft() for _ in range(len(self._noted))])
        for (site, ordinal, hour, shown), count in noted.items():
            viewed = HourCell(site, date.fromordinal(ordinal), hour, Happened.VIEWED)
            self._views[viewed] += count
            for prompt in shown:
                cell = Cell(site, prompt.campaign, prompt.variant, viewed.day, prompt.is_counted, Counted.SHOWN)
                self._prompts[cell] += count
            if shown:  # a gate is always the only prompt
                event = Happened.GATED if shown[0].kind == Kind.GATE else Happened.ASKED
                self._views[viewed._replace(event=event)] += count

    def _drop_oldest_reports(self) -> None:
        while len(self._reports) > MAX_WAITING:
            self._reports.popitem(last=False)


def reported_event(event_id: str, shown_at: int) -> ReportedEvent:
    """Return what is remembered of an event. `shown_at`: when its prompt was shown, in seconds since 1970."""
    day = datetime.fromtimestamp(shown_at, UTC).date()
    return ReportedEvent(day, blake2b(event_id.encode(), digest_size=10).digest())
