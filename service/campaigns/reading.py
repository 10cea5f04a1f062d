"""What staff are told about stored documents: their state, text, findings, versions and changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from service.campaigns.campaign import Campaign
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.editing import with_due_schedule
from service.campaigns.lint.everything import lint, lint_one
from service.campaigns.lint.finding import LintFinding
from service.campaigns.site import Site
from service.campaigns.store import (
    Change,
    DocumentKind,
    DocumentState,
    DocumentVersion,
    find_document,
    find_version,
    list_changes,
    list_documents,
    list_versions,
    newest_versions,
)
from service.campaigns.switch_store import Switch, SwitchScope, paused_switches
from service.database.transaction import committed
from service.errors import InvalidDocumentError, NotFoundError

MAX_VERSIONS = 100
MAX_CHANGES = 200


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """A document's state at an instant, its newest text, whether its own switch is on, and what lint says."""

    key: str
    site: str
    created_at: datetime
    newest_version: int
    published_version: int | None
    scheduled_version: int | None
    scheduled_at: datetime | None
    is_paused: bool
    findings: tuple[LintFinding, ...] = ()
    document: Any = None


def describe(engine: Engine, kind: DocumentKind, key: str, now: datetime) -> DocumentDetails:
    """One document with everything there is to know; raises NotFoundError."""
    with committed(engine) as rows:
        state = _known(rows, kind, key)
        newest = find_version(rows, kind, key, state.newest_version)
        findings = _findings(rows, state, now)
        paused = paused_switches(rows)
    return _described(state, paused, now, findings, newest.content if newest else None)


def describe_all(
    engine: Engine, kind: DocumentKind, now: datetime, site: str | None = None
) -> tuple[DocumentDetails, ...]:
    """All documents of a kind by key, without text and findings; of one site where one is named."""
    if site is not None and not site.isprintable():
        return ()
    with committed(engine) as rows:
        states, paused = list_documents(rows, kind, site), paused_switches(rows)
    return tuple(_described(state, paused, now, (), None) for state in states)


def versions_of(engine: Engine, kind: DocumentKind, key: str) -> tuple[DocumentVersion, ...]:
    """The newest versions, newest first; raises NotFoundError."""
    with committed(engine) as rows:
        _known(rows, kind, key)
        return list_versions(rows, kind, key, MAX_VERSIONS)


def changes_of(engine: Engine, kind: DocumentKind, key: str) -> tuple[Change, ...]:
    """Who changed a document, newest first; raises NotFoundError."""
    with committed(engine) as rows:
        _known(rows, kind, key)
        return list_changes(rows, kind, key, MAX_CHANGES)


def stored_documents(engine: Engine) -> tuple[tuple[Site, ...], tuple[Campaign, ...]]:
    """The newest text of every site and campaign that can be read."""
    with committed(engine) as rows:
        return _newest(rows)


def _known(rows: Connection, kind: DocumentKind, key: str) -> DocumentState:
    state = find_document(rows, kind, key)
    if state is None:
        raise NotFoundError(f"there is no {kind} {key}")
    return state


def _described(
    state: DocumentState, paused: frozenset[Switch], now: datetime, findings: tuple[LintFinding, ...], document: Any
) -> DocumentDetails:
    own = Switch(SwitchScope.SITE, state.key)
    if state.kind is DocumentKind.CAMPAIGN:
        own = Switch(SwitchScope.CAMPAIGN, state.site, state.key)
    state = with_due_schedule(state, now)
    return DocumentDetails(
        key=state.key,
        site=state.site,
        created_at=state.created_at,
        newest_version=state.newest_version,
        published_version=state.published_version,
        scheduled_version=state.scheduled_version,
        scheduled_at=state.scheduled_at,
        is_paused=own in paused,
        findings=findings,
        document=document,
    )


def _findings(rows: Connection, state: DocumentState, now: datetime) -> tuple[LintFinding, ...]:
    sites, campaigns = _newest(rows)
    site = next((one for one in sites if one.key == state.site), None)
    if site is None:
        return ()
    if state.kind is DocumentKind.SITE:
        return lint(site, campaigns, now)
    campaign = next((one for one in campaigns if one.key == state.key), None)
    return () if campaign is None else lint_one(site, campaigns, campaign, now)


def _newest(rows: Connection) -> tuple[tuple[Site, ...], tuple[Campaign, ...]]:
    sites: list[Site] = []
    campaigns: list[Campaign] = []
    for version in newest_versions(rows):
        try:
            if version.kind is DocumentKind.SITE:
                sites.append(load_site(version.content))
            else:
                campaigns.append(load_campaign(version.content))
        except InvalidDocumentError:  # an older release took it; saving it again will say what is wrong
            continue
    return tuple(sites), tuple(campaigns)
