"""What each placement shows now and next, from the published campaigns and their schedules, as sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.schedule import is_quiet
from service.campaigns.site import Site
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.console.screens.today.moments import end_words, moment_words
from service.console.screens.today.openings import closes_at, is_open, opens_at

PLACEMENT_WORDS: Mapping[Placement, str] = {
    Placement.ARTICLE_TOP: "Head of the article",
    Placement.ARTICLE_END: "End of the article",
    Placement.PAGE_BOTTOM: "Foot of the page",
    Placement.OVER_ARTICLE: "Over the article",
}
SHOWN_MOST = 5
KIND_WORDS = {Kind.EPIC: "appeals", Kind.BANNER: "banners", Kind.GATE: "gates"}


@dataclass(frozen=True, slots=True)
class Showing:
    """A campaign that may show now. `until`: words, empty if it has no end soon."""

    key: str
    name: str
    until: str


@dataclass(frozen=True, slots=True)
class PlacementNow:
    """A placement: its first campaigns in asking order, or why it shows nothing, and what comes next.

    `more_count`: how many further campaigns may show there.
    """

    placement: Placement
    showing: tuple[Showing, ...]
    more_count: int
    nothing: str
    coming: str

    @property
    def words(self) -> str:
        return PLACEMENT_WORDS[self.placement]


@dataclass(frozen=True, slots=True)
class ComingVersion:
    """A version of a campaign that comes into force by itself at an instant."""

    campaign: Campaign
    at: datetime


def placements_now(
    snapshot: SiteSnapshot, releases: Iterable[ComingVersion], now: datetime
) -> tuple[PlacementNow, ...]:
    """Return all placements in the order of a page."""
    releases = tuple(releases)
    return tuple(_placement_now(placement, snapshot, releases, now) for placement in Placement)


def _placement_now(
    placement: Placement, snapshot: SiteSnapshot, releases: tuple[ComingVersion, ...], now: datetime
) -> PlacementNow:
    own = [campaign for campaign in snapshot.campaigns if campaign.placement is placement]
    running = [campaign for campaign in own if is_open(campaign.schedule, snapshot.zone, now)]
    showing = tuple(
        Showing(campaign.key, _name(campaign), _until(campaign, snapshot, now))
        for campaign in running
        if _silence(campaign, snapshot, now) == ""
    )
    nothing = "" if showing else _why_nothing(own, running, snapshot, now)
    first, more_count = showing[:SHOWN_MOST], max(0, len(showing) - SHOWN_MOST)
    return PlacementNow(placement, first, more_count, nothing, _coming(placement, own, snapshot, releases, now))


def _silence(campaign: Campaign, snapshot: SiteSnapshot, now: datetime) -> str:
    """Return why a campaign within its schedule shows nothing at this moment, or an empty text."""
    switches, site = snapshot.site.switches, snapshot.site
    if switches.is_paused:
        return "all asks are paused"
    if campaign.placement in switches.paused_placements:
        return "this placement is paused"
    if campaign.kind in switches.paused_kinds:
        return f"{KIND_WORDS[campaign.kind]} are paused"
    if campaign.is_paused:
        return f"“{_name(campaign)}” is paused"
    if campaign.kind is not Kind.GATE and _is_quiet_hour(site, snapshot, now):
        return "the site has its quiet hours"
    return ""


def _is_quiet_hour(site: Site, snapshot: SiteSnapshot, now: datetime) -> bool:
    local = now.astimezone(snapshot.zone)
    return any(is_quiet(span, local.hour * 60 + local.minute) for span in site.quiet_hours)


def _why_nothing(own: list[Campaign], running: list[Campaign], snapshot: SiteSnapshot, now: datetime) -> str:
    if running:
        return _silence(running[0], snapshot, now)
    return "no campaign is within its schedule" if own else "no campaign is published for it"


def _until(campaign: Campaign, snapshot: SiteSnapshot, now: datetime) -> str:
    closes = closes_at(campaign.schedule, snapshot.zone, now)
    return end_words(closes, now, snapshot.zone) if closes is not None else ""


def _coming(
    placement: Placement,
    own: list[Campaign],
    snapshot: SiteSnapshot,
    releases: tuple[ComingVersion, ...],
    now: datetime,
) -> str:
    """Return the next thing that begins here by itself, as a clause, or an empty text."""
    zone = snapshot.zone
    openings = [
        (at, f"“{_name(campaign)}” begins")
        for campaign in own
        if not is_open(campaign.schedule, zone, now) and (at := opens_at(campaign.schedule, zone, now)) is not None
    ]
    openings += [
        (release.at, f"a new version of “{_name(release.campaign)}” comes into force")
        for release in releases
        if release.campaign.placement is placement and release.at > now
    ]
    if not openings:
        return ""
    at, words = min(openings)
    return f"{words} {moment_words(at, now, zone)}"


def _name(campaign: Campaign) -> str:
    return campaign.name or campaign.key
