"""The rows of the calendar: for each entry, runs of days that look alike, which become cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.campaigns.campaign import Placement
from service.console.screens.calendar.days_in_words import days_in_words
from service.console.screens.calendar.entries import CalendarEntry, EntryState
from service.console.screens.calendar.month import Month
from service.console.screens.calendar.overlaps import COMPETING, Overlap, competing_days


@dataclass(frozen=True, slots=True)
class DayRun:
    """Some days of a row. `look`: `free`, `runs` or `overlaps`. `words`: what a screen reader says."""

    length: int
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its cells, which cover the whole month."""

    entry: CalendarEntry
    cells: tuple[DayRun, ...]


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """The rows of a placement, or of the whole site if `placement` is None."""

    placement: Placement | None
    rows: tuple[EntryRow, ...]


def rows_by_place(entries: Sequence[CalendarEntry], overlaps: Sequence[Overlap], month: Month) -> tuple[PlaceRows, ...]:
    """Return the rows of a month: those of the whole site, then those of each placement, if there are any."""
    groups = []
    competing = competing_days(overlaps)
    for placement in (None, *Placement):
        found = [entry for entry in entries if entry.placement is placement]
        rows = tuple(EntryRow(entry, _cells(entry, _overlapped(entry, competing), month)) for entry in found)
        if rows:
            groups.append(PlaceRows(placement, rows))
    return tuple(groups)


def _overlapped(entry: CalendarEntry, competing: Mapping[str, set[int]]) -> set[int]:
    is_rival = entry.campaign is not None and entry.kind in COMPETING and entry.state is not EntryState.DRAFT
    return competing.get(entry.campaign.key, set()) if is_rival and entry.campaign else set()


def _cells(entry: CalendarEntry, overlapped: set[int], month: Month) -> tuple[DayRun, ...]:
    cells: list[DayRun] = []
    run: list[int] = []
    looks = {day: "overlaps" if day in overlapped else "runs" for day in entry.days}
    for day in month.days:
        if run and looks.get(run[-1], "free") != looks.get(day, "free"):
            cells.append(_cell(run, looks.get(run[-1], "free")))
            run = []
        run.append(day)
    return (*cells, _cell(run, looks.get(run[-1], "free")))


def _cell(run: Sequence[int], look: str) -> DayRun:
    words = {"free": "", "runs": days_in_words(run), "overlaps": f"{days_in_words(run)}, competes"}
    return DayRun(len(run), look, words[look])
