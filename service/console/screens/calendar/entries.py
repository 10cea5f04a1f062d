"""What the calendar of a site shows: campaigns and their experiments, exclusions, quiet hours and pauses, by days."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind, Placement, Status, decision_order
from service.campaigns.page_rules import Exclusion, PageMatch
from service.campaigns.reading import DocumentDetails
from service.campaigns.schedule import WEEKDAYS, Schedule, WallTime
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.switch_store import Pause, Switch, SwitchScope
from service.campaigns.words.audience import readers_in_words
from service.campaigns.words.labels import value_label
from service.campaigns.words.phrases import any_of, minute_in_words, time_in_words
from service.campaigns.words.timing import schedule_in_words
from service.console.screens.calendar.month import Month
from service.readers.site_time import weekday_of
from service.simulation.why.phrases import listed


class EntryKind(StrEnum):
    """What an entry of the calendar is."""

    CAMPAIGN = "campaign"
    GATE = "gate"
    EXPERIMENT = "experiment"
    RELEASE = "release"
    EXCLUSION = "exclusion"
    QUIET_HOURS = "quiet hours"
    SENSITIVE = "sensitive pages"
    PAUSE = "pause"


class EntryState(StrEnum):
    """Whether an entry is in force by itself: `draft` campaigns are not, `scheduled` ones will be."""

    LIVE = "live"
    SCHEDULED = "scheduled"
    PAUSED = "paused"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An entry of a month. `placement` None: it concerns the whole site.

    `days`: the ordinals of the days of the month on which it holds for a part of the day at least. `first_on` and
    `last_on` are None if it has no beginning or no end. `campaign`: set for campaigns and experiments.
    """

    kind: EntryKind
    name: str
    placement: Placement | None
    state: EntryState
    first_on: date | None
    last_on: date | None
    words: str
    days: frozenset[int]
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True)
class CalendarSources:
    """What a calendar is made from. `states`: by the keys of campaigns."""

    snapshot: SiteSnapshot
    states: Mapping[str, DocumentDetails]
    pauses: Mapping[Switch, Pause]


def entries_of(sources: CalendarSources, month: Month) -> tuple[CalendarEntry, ...]:
    """Return the entries that touch a month: those of the whole site first, campaigns in the order of asking."""
    entries = (*_pauses(sources, month), *_exclusions(sources, month), *_campaigns(sources, month))
    return tuple(entry for entry in entries if entry.days)


def _campaigns(sources: CalendarSources, month: Month) -> Iterator[CalendarEntry]:
    """Yield the campaigns that are in force, wait for their time, or are drafts.

    Each is followed by its experiment and by the version that waits for its time.
    """
    snapshot = sources.snapshot
    in_force = {campaign.key: campaign for campaign in snapshot.campaigns}
    for campaign in sorted((dict(snapshot.drafts) | in_force).values(), key=decision_order):
        if campaign.status is Status.ARCHIVED:
            continue
        state, waits_until = _state(campaign, sources)
        schedule = campaign.schedule
        begins = [schedule.starts.day] if schedule.starts else []
        starts = max([*begins, *([waits_until] if waits_until else [])], default=None)
        ends = schedule.ends.day if schedule.ends else None
        days = frozenset(day for day in _between(month, starts, ends) if _is_listed(day, schedule))
        kind = EntryKind.GATE if campaign.kind is Kind.GATE else EntryKind.CAMPAIGN
        words = f"{schedule_in_words(schedule)}. {readers_in_words(campaign.reader)}."
        entry = CalendarEntry(kind, campaign.name, campaign.placement, state, starts, ends, words, days, campaign)
        yield entry
        yield from _experiments(entry)
        yield from _releases(entry, sources, month)


def _experiments(entry: CalendarEntry) -> Iterator[CalendarEntry]:
    """Yield the experiment of a campaign, if it has one: it holds on the days of the campaign."""
    campaign = entry.campaign
    if campaign is not None and campaign.experiment is not None and len(campaign.variants) > 1:
        variants = f"Compares {listed((variant.key for variant in campaign.variants), 'with')}."
        words = " ".join(filter(None, (variants, campaign.experiment.hypothesis)))
        yield replace(entry, kind=EntryKind.EXPERIMENT, name=f"Experiment of {campaign.name}", words=words)


def _releases(entry: CalendarEntry, sources: CalendarSources, month: Month) -> Iterator[CalendarEntry]:
    """Yield the version of a campaign in force that waits for its time."""
    campaign = entry.campaign
    details = sources.states.get(campaign.key) if campaign else None
    if campaign is None or details is None or details.scheduled_at is None or details.published_version is None:
        return
    at = details.scheduled_at.astimezone(sources.snapshot.zone)
    name = f"Version {details.scheduled_version} of {campaign.name}"
    words = f"It comes into force on {time_in_words(at)}."
    days = frozenset(_between(month, at.date(), at.date()))
    yield CalendarEntry(
        EntryKind.RELEASE, name, campaign.placement, EntryState.SCHEDULED, at.date(), at.date(), words, days, campaign
    )


def _state(campaign: Campaign, sources: CalendarSources) -> tuple[EntryState, date | None]:
    """Return the state of a campaign and, if it waits to be published, the day on which that happens."""
    details = sources.states.get(campaign.key)
    if any(found.key == campaign.key for found in sources.snapshot.campaigns):
        return (EntryState.PAUSED if campaign.is_paused else EntryState.LIVE), None
    if details is not None and details.scheduled_at is not None:
        return EntryState.SCHEDULED, details.scheduled_at.astimezone(sources.snapshot.zone).date()
    return EntryState.DRAFT, None


def _exclusions(sources: CalendarSources, month: Month) -> Iterator[CalendarEntry]:
    site = sources.snapshot.site
    for exclusion in site.exclusions:
        days = frozenset(_between(month, exclusion.starts_on, exclusion.ends_on))
        name = exclusion.reason or "Excluded pages"
        yield _of_site(EntryKind.EXCLUSION, name, (exclusion.starts_on, exclusion.ends_on), _excluded(exclusion), days)
    for span in site.quiet_hours:
        words = (
            f"No appeals from {minute_in_words(span.starts_minute)} to {minute_in_words(span.ends_minute)} each day."
        )
        yield _of_site(EntryKind.QUIET_HOURS, "Quiet hours", (None, None), words, frozenset(month.days))
    until = site.sensitivity.until
    if until is not None:
        days = frozenset(_between(month, None, until.day))
        words = f"Every page counts as sensitive until {_wall(until)}."
        yield _of_site(EntryKind.SENSITIVE, "All pages are sensitive", (None, until.day), words, days)
    if site.sensitivity.pages is not None:
        words = f"Always sensitive: {_pages(site.sensitivity.pages)}."
        yield _of_site(EntryKind.SENSITIVE, "Sensitive pages", (None, None), words, frozenset(month.days))


def _pauses(sources: CalendarSources, month: Month) -> Iterator[CalendarEntry]:
    site, zone = sources.snapshot.site.key, sources.snapshot.zone
    for switch, pause in sources.pauses.items():
        if switch.site not in {"", site}:
            continue
        begins, ends = _local_day(pause.began_at, zone), _last_day(pause.ends_at, zone)
        until = f"until {pause.ends_at.astimezone(zone):%d %B %Y %H:%M}" if pause.ends_at else "until a person ends it"
        words = f"{pause.reason or 'No reason was given'}, {until}. Begun by {pause.began_by}."
        days = frozenset(_between(month, begins, ends))
        yield _of_site(EntryKind.PAUSE, _paused_name(switch, sources.snapshot), (begins, ends), words, days)


def _of_site(
    kind: EntryKind, name: str, bounds: tuple[date | None, date | None], words: str, days: frozenset[int]
) -> CalendarEntry:
    return CalendarEntry(kind, name, None, EntryState.LIVE, *bounds, words, days)


def _between(month: Month, first: date | None, last: date | None) -> Iterable[int]:
    """Return the days of a month between two days, both included. None is no bound."""
    days = month.days
    begins = days.start if first is None else max(days.start, first.toordinal())
    ends = days.stop if last is None else min(days.stop, last.toordinal() + 1)
    return range(begins, ends)


def _is_listed(day: int, schedule: Schedule) -> bool:
    return schedule.weekdays is None or WEEKDAYS[weekday_of(day)] in schedule.weekdays


def _excluded(exclusion: Exclusion) -> str:
    kinds = "No asks and no gates" if exclusion.kinds is None else f"No {any_of(sorted(exclusion.kinds))}"
    return f"{kinds} on {_pages(exclusion.pages)}."


def _pages(match: PageMatch) -> str:
    named = (("the section", match.sections), ("the tag", match.tags), ("the page", match.page_ids | match.paths))
    words = [f"{label} {name}" for label, names in named for name in sorted(names)]
    return ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "") if words else "every page"


def _paused_name(switch: Switch, snapshot: SiteSnapshot) -> str:
    if switch.scope is SwitchScope.EVERYTHING:
        return "All asks of all sites are paused"
    if switch.scope is SwitchScope.SITE:
        return "All asks are paused"
    campaign = snapshot.drafts.get(switch.name) if switch.scope is SwitchScope.CAMPAIGN else None
    return f"{campaign.name if campaign else value_label(switch.name)}: paused"


def _wall(moment: WallTime) -> str:
    return f"{moment.day:%d %B %Y}" + (f" {moment.at:%H:%M}" if moment.at else "")


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _last_day(ends_at: datetime | None, zone: ZoneInfo) -> date | None:
    """Return the last day on which a pause holds: at midnight it is over on the day before."""
    return None if ends_at is None else _local_day(ends_at - timedelta(seconds=1), zone)
