"""Reads stored documents for staff: their state, text, lint findings, versions and changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from service.campaigns.campaign import Campaign
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.drafts.versions import existing_document, with_due_schedule
from service.campaigns.lint.everything import lint, lint_campaign
from service.campaigns.lint.finding import LintFinding
from service.campaigns.site import Site
from service.campaigns.store import (
    Change,
    DocumentKind,
    DocumentState,
    DocumentVersion,
    find_version,
    list_changes,
    list_documents,
    list_versions,
    newest_versions,
)
from service.campaigns.switch_store import Pause, Switch, SwitchScope, pauses_in_force
from service.database.transaction import committed
from service.errors import InvalidDocumentError

MAX_VERSIONS = 100
MAX_CHANGES = 200


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """The state of a document at an instant, with its newest text and the findings of lint.

    `is_paused` is true if the document's own kill switch is on. `text`: the document as YAML with its comments, if it
    was saved with them.
    """

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
    text: str | None = None


def describe(engine: Engine, kind: DocumentKind, key: str, now: datetime) -> DocumentDetails:
    """Return a document with its text and findings. Raise NotFoundError if it does not exist."""
    with committed(engine) as connection:
        state = existing_document(connection, kind, key)
        newest = find_version(connection, kind, key, state.newest_version)
        findings = _findings(connection, state, now)
        paused = pauses_in_force(connection, now)
    described = _described(state, paused, now, findings, newest.content if newest else None)
    return replace(described, text=newest.text if newest else None)


def describe_all(
    engine: Engine, kind: DocumentKind, now: datetime, site: str | None = None
) -> tuple[DocumentDetails, ...]:
    """Return all documents of a kind, or those of a site, ordered by key, without text and findings."""
    if site is not None and not site.isprintable():
        return ()
    with committed(engine) as connection:
        states, paused = list_documents(connection, kind, site), pauses_in_force(connection, now)
    return tuple(_described(state, paused, now, (), None) for state in states)


def pauses_now(engine: Engine, now: datetime) -> Mapping[Switch, Pause]:
    """Return the kill switches that are on, with their pauses."""
    with committed(engine) as connection:
        return pauses_in_force(connection, now)


def versions_of(engine: Engine, kind: DocumentKind, key: str) -> tuple[DocumentVersion, ...]:
    """Return the newest MAX_VERSIONS versions of a document, newest first. Raise NotFoundError if it does not exist."""
    with committed(engine) as connection:
        existing_document(connection, kind, key)
        return list_versions(connection, kind, key, MAX_VERSIONS)


def changes_of(engine: Engine, kind: DocumentKind, key: str) -> tuple[Change, ...]:
    """Return the newest MAX_CHANGES changes of a document, newest first. Raise NotFoundError if it does not exist."""
    with committed(engine) as connection:
        existing_document(connection, kind, key)
        return list_changes(connection, kind, key, MAX_CHANGES)


def stored_documents(engine: Engine) -> tuple[tuple[Site, ...], tuple[Campaign, ...]]:
    """Return every site and campaign in its newest version. Documents that cannot be read are left out."""
    with committed(engine) as connection:
        return _newest(connection)


def _described(
    state: DocumentState,
    paused: Mapping[Switch, Pause],
    now: datetime,
    findings: tuple[LintFinding, ...],
    document: Any,
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


def _findings(connection: Connection, state: DocumentState, now: datetime) -> tuple[LintFinding, ...]:
    sites, campaigns = _newest(connection)
    site = next((site for site in sites if site.key == state.site), None)
    if site is None:
        return ()
    if state.kind is DocumentKind.SITE:
        return lint(site, campaigns, now)
    campaign = next((campaign for campaign in campaigns if campaign.key == state.key), None)
    return () if campaign is None else lint_campaign(site, campaigns, campaign, now)


def _newest(connection: Connection) -> tuple[tuple[Site, ...], tuple[Campaign, ...]]:
    sites: list[Site] = []
    campaigns: list[Campaign] = []
    for version in newest_versions(connection):
        try:
            if version.kind is DocumentKind.SITE:
                sites.append(load_site(version.content))
            else:
                campaigns.append(load_campaign(version.content))
        except InvalidDocumentError:  # an older release accepted the document; saving it again names the errors
            continue
    return tuple(sites), tuple(campaigns)
