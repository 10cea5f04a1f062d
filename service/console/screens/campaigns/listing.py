"""The list of a site's campaigns: by placement in the order of asking, each with its state in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from service.campaigns.campaign import Campaign, Placement, Status, decision_order
from service.campaigns.drafts.draft_store import DocumentDraft
from service.campaigns.lint.finding import LintFinding
from service.campaigns.reading import DocumentDetails
from service.campaigns.schedule import ends_before, starts_at
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.store import DocumentKind
from service.campaigns.words.audience import pages_in_words, readers_in_words, share_in_words
from service.campaigns.words.labels import value_label
from service.campaigns.words.phrases import time_in_words
from service.campaigns.words.timing import schedule_in_words

_SHADOWED = "can never be shown: "  # the list says this before the sentence


class CampaignState(StrEnum):
    """What a campaign does now, in a word."""

    LIVE = "Live"
    PAUSED = "Paused"
    DRAFT = "Draft"
    SCHEDULED = "Scheduled"
    OVER = "Over"
    ARCHIVED = "Archived"


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the list.

    - `note`: more about its state, such as when it begins. `waiting`: the version that waits to be published.
    - `shadowed`: why readers never see it. `findings`: what lint says besides.
    - `drafts`: the names of the people who have drafts of it. `is_asked`: a second person is asked to agree to it.
    """

    key: str
    name: str
    kind: str
    placement: Placement | None
    state: CampaignState
    note: str = ""
    waiting: int | None = None
    when: str = ""
    audience: str = ""
    pages: str = ""
    share: str = ""
    priority: int | None = None
    results: str = ""
    shadowed: str = ""
    findings: tuple[LintFinding, ...] = ()
    drafts: tuple[str, ...] = ()
    is_asked: bool = False
    is_first: bool = False
    is_last: bool = False
    has_version: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Some campaigns of a placement: `lines` from the position `first` on, of `found` in all."""

    place: str
    title: str
    lines: tuple[CampaignLine, ...]
    found: int
    first: int = 0

    @property
    def next(self) -> int | None:
        """The position of the first campaign that is not shown, if there is one."""
        end = self.first + len(self.lines)
        return end if end < self.found else None


@dataclass(frozen=True, slots=True)
class Sources:
    """What the list is made from. `states`: by key. `people`: names by id. `asked`: keys for a second person."""

    snapshot: SiteSnapshot
    states: Mapping[str, DocumentDetails]
    drafts: Sequence[DocumentDraft]
    people: Mapping[str, str]
    findings: Mapping[str, tuple[LintFinding, ...]]
    results: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    def state(self, key: str) -> DocumentDetails | None:
        """Return the state of a campaign, or None if it has no version yet."""
        return self.states.get(key)


def lines_by_placement(
    sources: Sources, now: datetime, shown: slice = slice(None)
) -> dict[Placement, list[CampaignLine]]:
    """Return the campaigns that are not archived, by placement and in the order of asking. `shown`: which of each."""
    groups: dict[Placement, list[CampaignLine]] = {placement: [] for placement in Placement}
    for placement, campaigns in in_order(sources.snapshot).items():
        first, last = campaigns[0], campaigns[-1]
        groups[placement] = [
            replace(_line(campaign, sources, now), is_first=campaign is first, is_last=campaign is last)
            for campaign in campaigns[shown]
        ]
    return groups


def archived_lines(sources: Sources, now: datetime) -> list[CampaignLine]:
    """Return the archived campaigns, by name."""
    campaigns = [campaign for campaign in shown_campaigns(sources.snapshot) if campaign.status is Status.ARCHIVED]
    return sorted((_line(campaign, sources, now) for campaign in campaigns), key=lambda line: line.name.casefold())


def new_drafts(sources: Sources) -> list[CampaignLine]:
    """Return the campaigns that have no version yet, only somebody's draft."""
    lines = {}
    for draft in sources.drafts:
        if draft.kind is DocumentKind.CAMPAIGN and draft.key not in sources.states:
            content = draft.content if isinstance(draft.content, dict) else {}
            lines[draft.key] = CampaignLine(
                draft.key,
                str(content.get("name") or draft.key),
                value_label(str(content.get("kind", ""))),
                None,
                CampaignState.DRAFT,
                note="not saved as a version yet",
                drafts=_writers(draft.key, sources),
                has_version=False,
            )
    return list(lines.values())


def unreadable_keys(sources: Sources) -> list[str]:
    """Return the keys of campaigns whose newest version cannot be read any more."""
    readable = {campaign.key for campaign in shown_campaigns(sources.snapshot)}
    return [key for key in sources.states if key not in readable]


def in_order(snapshot: SiteSnapshot) -> dict[Placement, list[Campaign]]:
    """Return the campaigns that are not archived, by placement, in the order in which readers are asked."""
    groups: dict[Placement, list[Campaign]] = {}
    for campaign in sorted(shown_campaigns(snapshot), key=decision_order):
        if campaign.status is not Status.ARCHIVED:
            groups.setdefault(campaign.placement, []).append(campaign)
    return groups


def shown_campaigns(snapshot: SiteSnapshot) -> list[Campaign]:
    """Return every campaign once: as it is in force, or else in its newest version."""
    in_force = {campaign.key: campaign for campaign in snapshot.campaigns}
    return list((dict(snapshot.drafts) | in_force).values())


def _line(campaign: Campaign, sources: Sources, now: datetime) -> CampaignLine:
    details = sources.state(campaign.key)
    state, note = _state(campaign, details, sources.snapshot, now)
    findings = sources.findings.get(campaign.key, ())
    shadowed = next((finding.words for finding in findings if finding.rule == "shadowed"), "").removeprefix(_SHADOWED)
    winner, _, rest = shadowed.partition(" (")
    names = {other.key: other.name for other in sources.snapshot.campaigns}
    shadowed = f"“{names[winner]}” ({rest}" if names.get(winner) else shadowed
    newest = details.newest_version if details else 0
    is_waiting = details is not None and newest not in {details.published_version, details.scheduled_version}
    return CampaignLine(
        campaign.key,
        campaign.name,
        value_label(campaign.kind.value),
        campaign.placement,
        state,
        note,
        newest if is_waiting and (details and details.published_version) else None,
        schedule_in_words(campaign.schedule),
        readers_in_words(campaign.reader),
        pages_in_words(campaign),
        share_in_words(campaign),
        campaign.priority,
        sources.results.get(campaign.key, ""),
        shadowed,
        tuple(finding for finding in findings if finding.rule != "shadowed"),
        _writers(campaign.key, sources),
        campaign.key in sources.asked,
    )


def _state(
    campaign: Campaign, details: DocumentDetails | None, snapshot: SiteSnapshot, now: datetime
) -> tuple[CampaignState, str]:
    """Return the state of a campaign, and more about it in words."""
    zone, schedule = snapshot.zone, campaign.schedule
    if campaign.status is Status.ARCHIVED:
        return CampaignState.ARCHIVED, ""
    if details is not None and details.scheduled_at is not None:
        later = f"version {details.scheduled_version} from {time_in_words(details.scheduled_at.astimezone(zone))}"
        if details.published_version is None:
            return CampaignState.SCHEDULED, later
    else:
        later = ""
    if details is None or details.published_version is None:
        return CampaignState.DRAFT, "readers have not seen it"
    if campaign.is_paused or details.is_paused:
        return CampaignState.PAUSED, later
    if schedule.ends and ends_before(schedule.ends, zone) <= now:
        return CampaignState.OVER, later
    if schedule.starts and starts_at(schedule.starts, zone) > now:
        return CampaignState.SCHEDULED, f"begins {time_in_words(starts_at(schedule.starts, zone).astimezone(zone))}"
    return CampaignState.LIVE, later


def _writers(key: str, sources: Sources) -> tuple[str, ...]:
    drafts = (draft for draft in sources.drafts if draft.kind is DocumentKind.CAMPAIGN and draft.key == key)
    return tuple(sources.people.get(draft.person, "a former colleague") for draft in drafts)
