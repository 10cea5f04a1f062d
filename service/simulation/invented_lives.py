"""Replay invented readers on a site's campaigns: what each of them is shown in 30 days.

The lives on published campaigns are kept in memory, because editors look at several drafts, one after the other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache

from service.campaigns.campaign import ASKS, Campaign, Kind, Status
from service.campaigns.schedule import ends_before, starts_at
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.compile import CompiledSite, compile_site
from service.readers.site_time import DAY_SECONDS, instant_of
from service.simulation.invented_readers import DAYS, InventedReader, Newspaper, invent_readers
from service.simulation.simulate import SimulatedView, simulate_on
from service.simulation.simulation import EventStep, ReaderEvent, Simulation

KEPT_LIVES = 16  # of batches of readers
_CLOSES_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Life:
    """What a reader was shown in 30 days. `asked_at`: the instants of asks, in order."""

    counts: Mapping[tuple[str, Kind], int]
    asked_at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A batch of readers on a snapshot. Two are equal if they are about one snapshot object."""

    identity: int
    newspaper: Newspaper
    numbers: range
    snapshot: SiteSnapshot = field(compare=False)


def published_lives(snapshot: SiteSnapshot, newspaper: Newspaper, numbers: range) -> tuple[Life, ...]:
    """Return what the readers with these numbers are shown on published campaigns, from memory if it is there."""
    return _kept(_Asked(id(snapshot), newspaper, numbers, snapshot))


@lru_cache(maxsize=KEPT_LIVES)
def _kept(asked: _Asked) -> tuple[Life, ...]:
    return lives(compiled_for(asked.snapshot, asked.newspaper.today), asked.newspaper, asked.numbers)


def lives(site: CompiledSite, newspaper: Newspaper, numbers: range) -> tuple[Life, ...]:
    """Replay the readers with these numbers on a site."""
    return tuple(_life(site, reader) for reader in invent_readers(newspaper, numbers))


def compiled_for(snapshot: SiteSnapshot, today: int) -> CompiledSite:
    """Compile the campaigns of a site that can run in the 30 days after a day, without the site's pause.

    A pause of all asks may be one of every kind of them.
    """
    paused = snapshot.site.switches.paused_kinds
    kinds = paused - ASKS if paused >= ASKS else paused
    switches = replace(snapshot.site.switches, is_paused=False, paused_kinds=kinds)
    campaigns = tuple(campaign for campaign in snapshot.campaigns if _can_run(campaign, snapshot, today))
    return compile_site(replace(snapshot, site=replace(snapshot.site, switches=switches), campaigns=campaigns))


def _can_run(campaign: Campaign, snapshot: SiteSnapshot, today: int) -> bool:
    """Return whether a campaign can be shown on any of the 30 days. Those that cannot only cost time."""
    schedule, begins = campaign.schedule, instant_of(today, 0, snapshot.zone)
    ends = begins + (DAYS + 2) * DAY_SECONDS  # a day more, because the clocks may change
    is_over = schedule.ends is not None and ends_before(schedule.ends, snapshot.zone).timestamp() <= begins
    is_later = schedule.starts is not None and starts_at(schedule.starts, snapshot.zone).timestamp() >= ends
    return campaign.status is Status.LIVE and not (campaign.is_paused or is_over or is_later)


def _life(site: CompiledSite, reader: InventedReader) -> Life:
    def closed(view: SimulatedView) -> Iterator[EventStep]:
        if view.step in reader.closes_at:
            for choice in view.decision.choices:
                if choice.is_dismissible:
                    yield EventStep(view.at + _CLOSES_AFTER, ReaderEvent.DISMISSED, choice.prepared.campaign.key)

    simulation = Simulation(site.site, (), reader.views, reader.start, sees_prompts=True)
    counts: Counter[tuple[str, Kind]] = Counter()
    asked_at: list[int] = []
    for view in simulate_on(site, simulation, closed, explains=False):
        counts.update((prompt.shown.campaign, Kind(prompt.shown.kind)) for prompt in view.prompts)
        asked_at += [int(view.at.timestamp()) for prompt in view.prompts if prompt.shown.kind != Kind.GATE]
    return Life(counts, tuple(asked_at))
