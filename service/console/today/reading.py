"""Reads what the screen Today shows: placements, figures, pauses, and what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.campaigns.campaign import Campaign
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.holders_store import InForce, pause_in_force
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.campaigns.store import DocumentKind, list_documents
from service.campaigns.switch_store import ALL_ASKS, Pause, Switch, SwitchScope, pauses_in_force
from service.console.today.concerns import Concern, Findings, concerns
from service.console.today.placements import ComingVersion, PlacementNow, placements_now
from service.database.transaction import committed
from service.insights.today import Today, figures_of_today
from service.jobs.worker_store import worker_silence
from service.ledger.invariants.check_store import latest_checks
from service.ledger.payouts.tie_store import mismatches
from service.services import Services
from service.staff.agreeing import waiting_for
from service.staff.people import Person
from service.staff.record_checks.store import latest_check
from service.stripe_events.backlog_store import event_backlog
from service.stripe_facts.query_store import disputes_to_answer


@dataclass(frozen=True, slots=True)
class AllAsksPaused:
    """A pause of all asks that concerns a site."""

    switch: Switch
    pause: Pause
    in_force: InForce

    @property
    def is_everywhere(self) -> bool:
        return self.switch.scope is SwitchScope.EVERYTHING


@dataclass(frozen=True, slots=True)
class TodayOfSite:
    """Everything that the screen shows, as of `now`."""

    now: datetime
    placements: tuple[PlacementNow, ...]
    figures: Today
    pauses: tuple[AllAsksPaused, ...]
    concerns: tuple[Concern, ...]


def today_of(services: Services, site: str, person: Person) -> TodayOfSite:
    """Return what the screen shows of a site to a person."""
    now, snapshot = services.clock(), services.part(SnapshotHolder).current()
    found = snapshot.site(site)
    with committed(services.engine) as connection:
        placements = placements_now(found, _releases(connection, found), now)
        showing = [campaign.key for place in placements for campaign in place.showing]
        return TodayOfSite(
            now,
            placements,
            figures_of_today(connection, found, showing, now),
            all_asks_paused(connection, site, now),
            concerns(_findings(services, connection, person, _alarms(connection, snapshot, site)), now, found.zone),
        )


def all_asks_paused(connection: Connection, site: str, now: datetime) -> tuple[AllAsksPaused, ...]:
    """Return the pauses of all asks that concern a site, the oldest first."""
    pauses = pauses_in_force(connection, now)
    return tuple(
        AllAsksPaused(switch, pause, pause_in_force(connection, switch))
        for switch, pause in sorted(pauses.items(), key=lambda item: item[1].began_at)
        if switch.scope in ALL_ASKS and switch.site in {"", site}
    )


def _releases(connection: Connection, snapshot: SiteSnapshot) -> list[ComingVersion]:
    """Return the versions that come into force by themselves, each with the campaign as last saved."""
    found = []
    for state in list_documents(connection, DocumentKind.CAMPAIGN, snapshot.site.key):
        campaign: Campaign | None = snapshot.drafts.get(state.key)
        if state.scheduled_at is not None and campaign is not None:
            found.append(ComingVersion(campaign, state.scheduled_at))
    return found


def _alarms(connection: Connection, snapshot: Snapshot, site: str) -> list[str]:
    """Return the alarms about a site and its campaigns."""
    own = [
        f"site {site}",
        *(f"campaign {state.key}" for state in list_documents(connection, DocumentKind.CAMPAIGN, site)),
    ]
    subjects = tuple(f"{name}{end}" for name in own for end in (",", ":"))
    return [alarm for alarm in snapshot.alarms if alarm.startswith(subjects)]


def _findings(services: Services, connection: Connection, person: Person, alarms: Sequence[str]) -> Findings:
    """Return what needs this person. The organisation's money concerns those who work for all of its sites."""
    now, has_all_sites = services.clock(), person.sites is None
    check = latest_check(connection)
    return Findings(
        alarms=alarms,
        requests=waiting_for(connection, person, now),
        disputes=disputes_to_answer(connection, is_livemode=services.settings.is_livemode) if has_all_sites else (),
        ties=mismatches(connection) if has_all_sites else (),
        checks=latest_checks(connection) if has_all_sites else (),
        events=event_backlog(connection),
        worker_silence=worker_silence(connection),
        record_problem=check.problem if check else None,
    )
