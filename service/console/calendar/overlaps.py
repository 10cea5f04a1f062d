"""Campaigns that compete: at the same place, on the same days, for readers and pages that both are meant for."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.lint.shadowing import shadows
from service.console.calendar.days_in_words import days_in_words
from service.console.calendar.entries import CalendarEntry, EntryKind, EntryState

COMPETING = (EntryKind.CAMPAIGN, EntryKind.GATE)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two campaigns that compete on some days. `winner` is asked first."""

    winner: CalendarEntry
    loser: CalendarEntry
    days: frozenset[int]
    sentence: str


def overlaps_of(entries: Sequence[CalendarEntry], zone: ZoneInfo) -> tuple[Overlap, ...]:
    """Return the overlaps in a month. The entries are in the order in which campaigns are asked."""
    rivals = [entry for entry in entries if entry.kind in COMPETING and entry.state is not EntryState.DRAFT]
    found = []
    for winner, loser in combinations(rivals, 2):
        days = winner.days & loser.days
        if days and winner.campaign and loser.campaign and _compete(winner.campaign, loser.campaign):
            found.append(Overlap(winner, loser, days, _sentence(winner.campaign, loser.campaign, days, zone)))
    return tuple(found)


def _compete(first: Campaign, second: Campaign) -> bool:
    """Return whether both could be shown at a place, on the same page to the same reader."""
    if first.placement is not second.placement or (first.kind is Kind.GATE) is not (second.kind is Kind.GATE):
        return False
    pages, readers = (first.page, second.page), (first.reader, second.reader)
    alternatives = (
        *((getattr(pages[0], name), getattr(pages[1], name)) for name in ("types", "accesses", "page_ids_any")),
        *(
            (getattr(readers[0], name), getattr(readers[1], name))
            for name in ("supporters", "consents", "countries_any", "devices", "languages_any")
        ),
    )
    is_apart = any(one is not None and other is not None and not one & other for one, other in alternatives)
    signed_in = {rules.is_signed_in for rules in readers} - {None}
    return not is_apart and len(signed_in) < 2


def _sentence(winner: Campaign, loser: Campaign, days: frozenset[int], zone: ZoneInfo) -> str:
    when = f"On {days_in_words(days)}"
    if shadows(winner, loser, zone):
        return (
            f"{when} “{winner.name}” takes every reader whom “{loser.name}” could have, so “{loser.name}” is not shown."
        )
    if winner.kind is Kind.GATE:
        return f"{when} the gate “{winner.name}” decides alone on pages that both gates match."
    spared = "the others are left to" if winner.share < 1 else "when it spares a reader, it is the turn of"
    asked = f"{100 * winner.share:.4g}% of readers" if winner.share < 1 else "readers who could see both"
    return f"{when} “{winner.name}” is asked first: {asked} see it, and {spared} “{loser.name}”."
