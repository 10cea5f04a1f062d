"""Campaigns that compete: at the same place, on the same days, for readers and pages that both are meant for."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.lint.shadowing import shadows
from service.campaigns.reader_rules import Device
from service.campaigns.words.phrases import percent
from service.console.screens.calendar.days_in_words import days_in_words
from service.console.screens.calendar.entries import CalendarEntry, EntryKind, EntryState

COMPETING = (EntryKind.CAMPAIGN, EntryKind.GATE)
_Aims = tuple[frozenset[str] | None, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two campaigns that compete on some days. `winner` is asked first."""

    winner: Campaign
    loser: Campaign
    days: frozenset[int]
    zone: ZoneInfo

    @property
    def sentence(self) -> str:
        """The days, and which of the two readers see."""
        return _sentence(self.winner, self.loser, self.days, self.zone)


def overlaps_of(entries: Iterable[CalendarEntry], zone: ZoneInfo) -> tuple[Overlap, ...]:
    """Return the overlaps in a month. The entries are in the order in which campaigns are asked."""
    rivals: dict[tuple[Placement, bool], list[tuple[Campaign, frozenset[int], _Aims]]] = {}
    for entry in entries:
        campaign = entry.campaign
        if campaign is not None and entry.kind in COMPETING and entry.state is not EntryState.DRAFT:
            place = campaign.placement, campaign.kind is Kind.GATE
            rivals.setdefault(place, []).append((campaign, entry.days, _aims(campaign)))
    return tuple(
        Overlap(first, second, days & other_days, zone)
        for group in rivals.values()
        for (first, days, aims), (second, other_days, other_aims) in combinations(group, 2)
        if not days.isdisjoint(other_days) and _may_meet(aims, other_aims)
    )


def competing_days(overlaps: Iterable[Overlap]) -> dict[str, set[int]]:
    """Return the days on which each campaign competes, by its key."""
    found: dict[str, set[int]] = {}
    for overlap in overlaps:
        for campaign in (overlap.winner, overlap.loser):
            found.setdefault(campaign.key, set()).update(overlap.days)
    return found


def _aims(campaign: Campaign) -> _Aims:
    """Return the rules about facts of which a page view has exactly one, such as the country of its reader."""
    page, reader = campaign.page, campaign.reader
    signed_in = None if reader.is_signed_in is None else frozenset({str(reader.is_signed_in)})
    return (
        page.types,
        page.accesses,
        page.page_ids_any,
        reader.supporters,
        reader.consents,
        reader.countries_any,
        None if reader.devices is None else frozenset().union(*(_devices(device) for device in reader.devices)),
        None if reader.languages_any is None else frozenset(tag.split("-")[0] for tag in reader.languages_any),
        signed_in,
    )


def _devices(device: Device) -> frozenset[str]:
    return frozenset({Device.IOS, Device.ANDROID} if device is Device.MOBILE else {device})


def _may_meet(first: _Aims, second: _Aims) -> bool:
    """Return whether a page view may match the rules of both campaigns."""
    return not any(
        one is not None and other is not None and one.isdisjoint(other)
        for one, other in zip(first, second, strict=True)
    )


def _sentence(winner: Campaign, loser: Campaign, days: frozenset[int], zone: ZoneInfo) -> str:
    when = f"On {days_in_words(days)}"
    if shadows(winner, loser, zone):
        return (
            f"{when} “{winner.name}” takes every reader whom “{loser.name}” could have, so “{loser.name}” is not shown."
        )
    if winner.kind is Kind.GATE:
        return f"{when} the gate “{winner.name}” decides alone on pages that both gates match."
    spared = "the others are left to" if winner.share < 1 else "when it spares a reader, it is the turn of"
    asked = f"{percent(winner.share)} of readers" if winner.share < 1 else "readers who could see both"
    return f"{when} “{winner.name}” is asked first: {asked} see it, and {spared} “{loser.name}”."
