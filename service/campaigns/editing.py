"""What editors do to documents: save, publish now or at a time, go back to an older version, pause.

Each act leaves a line in the record of changes and tells decisions that there is something new.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.countries import with_countries_written_out
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.site import Site
from service.campaigns.store import (
    Change,
    DocumentKind,
    DocumentState,
    DocumentVersion,
    find_document,
    find_version,
    insert_change,
    insert_document,
    insert_version,
    next_number,
    update_document,
)
from service.campaigns.switch_store import Switch, SwitchScope, set_switch
from service.database.transaction import committed
from service.errors import ConflictError, InvalidDocumentError, NotFoundError


@dataclass(frozen=True, slots=True)
class Author:
    """The person or command that changes a document, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """What to publish: a version (None: the newest), at an instant (None or past: now)."""

    version: int | None = None
    at: datetime | None = None


NOW = Release()


def save_site(engine: Engine, content: Any, author: Author, based_on: int | None = None) -> DocumentState:
    """Save a site as its next version, in force at once. Unchanged text makes no new version.

    `based_on`: the version the editor started from; ConflictError when somebody saved another since.
    """
    site = load_site(content)
    with committed(engine) as rows:
        next_number(rows)
        state = _save(
            rows, DocumentVersion(DocumentKind.SITE, site.key, 0, content, author.at, author.name), site.key, based_on
        )
        return _release(rows, state, Release(state.newest_version), author)


def save_campaign(engine: Engine, content: Any, author: Author, based_on: int | None = None) -> DocumentState:
    """Save a campaign as its next version, without publishing it. Unchanged text makes no new version.

    Raises InvalidDocumentError for a site or country group that is not there, ConflictError as `save_site` does and for
    a key that belongs to another site.
    """
    campaign = load_campaign(content)
    with committed(engine) as rows:
        next_number(rows)
        with_countries_written_out(campaign, _site_of(rows, campaign, author.at))
        version = DocumentVersion(DocumentKind.CAMPAIGN, campaign.key, 0, content, author.at, author.name)
        return _save(rows, version, campaign.site, based_on)


def publish(engine: Engine, kind: DocumentKind, key: str, release: Release, author: Author) -> DocumentState:
    """Put a version in force, now or at a later instant; an older version is a way back. A draft goes live by it."""
    with committed(engine) as rows:
        next_number(rows)
        state = _existing(rows, kind, key)
        version = release.version or state.newest_version
        saved = find_version(rows, kind, key, version)
        if saved is None:
            raise NotFoundError(f"{kind} {key} has no version {version}")
        if kind is DocumentKind.CAMPAIGN and saved.content.get("status") == "draft":
            saved = replace(
                saved, content={**saved.content, "status": "live"}, saved_at=author.at, saved_by=author.name
            )
            state = _save(rows, saved, state.site, None)
            version = state.newest_version
        return _release(rows, state, replace(release, version=version), author)


def pause(engine: Engine, switch: Switch, author: Author, *, is_paused: bool, note: str = "") -> None:
    """Turn a kill switch on or off. In force everywhere within seconds, and it lifts gates too."""
    _check_switch(switch)
    with committed(engine) as rows:
        next_number(rows)
        if switch.scope is SwitchScope.CAMPAIGN:
            _existing(rows, DocumentKind.CAMPAIGN, switch.name)
        elif switch.scope is not SwitchScope.EVERYTHING:
            _existing(rows, DocumentKind.SITE, switch.site)
        set_switch(rows, switch, is_paused=is_paused, now=author.at)
        key = "/".join(part for part in (switch.site, switch.name) if part)
        act = "pause" if is_paused else "resume"
        insert_change(rows, Change(author.at, author.name, act, switch.scope, key, None, note))


def with_due_schedule(state: DocumentState, now: datetime) -> DocumentState:
    """Return the state, with a scheduled version that is due counted as published."""
    if state.scheduled_at is None or state.scheduled_at > now:
        return state
    return replace(state, published_version=state.scheduled_version, scheduled_version=None, scheduled_at=None)


def _save(rows: Connection, saved: DocumentVersion, site: str, based_on: int | None) -> DocumentState:
    state = find_document(rows, saved.kind, saved.key)
    if state is None:
        state = DocumentState(saved.kind, saved.key, site, saved.saved_at, 1, None)
        insert_document(rows, state)
    else:
        newest = find_version(rows, saved.kind, saved.key, state.newest_version)
        _check_turn(state, site, based_on)
        if newest is not None and newest.content == saved.content:
            return state
        state = replace(state, newest_version=state.newest_version + 1)
        update_document(rows, state)
    insert_version(rows, replace(saved, version=state.newest_version))
    insert_change(rows, Change(saved.saved_at, saved.saved_by, "save", saved.kind, saved.key, state.newest_version, ""))
    return state


def _check_turn(state: DocumentState, site: str, based_on: int | None) -> None:
    if state.site != site:
        raise ConflictError(f"{state.kind} {state.key} belongs to site {state.site}")
    if based_on is not None and based_on != state.newest_version:
        raise ConflictError(f"{state.kind} {state.key} is at version {state.newest_version} by now, not {based_on}")


def _release(rows: Connection, state: DocumentState, release: Release, author: Author) -> DocumentState:
    state = with_due_schedule(state, author.at)
    if release.at is not None and release.at > author.at:
        after = replace(state, scheduled_version=release.version, scheduled_at=release.at)
        note = f"from {release.at.isoformat()}"
    else:
        after = replace(state, published_version=release.version, scheduled_version=None, scheduled_at=None)
        note = ""
    if after != state:
        insert_change(rows, Change(author.at, author.name, "publish", state.kind, state.key, release.version, note))
    update_document(rows, after)
    return after


def _existing(rows: Connection, kind: DocumentKind, key: str) -> DocumentState:
    state = find_document(rows, kind, key)
    if state is None:
        raise NotFoundError(f"there is no {kind} {key}")
    return state


def _site_of(rows: Connection, campaign: Campaign, now: datetime) -> Site:
    state = find_document(rows, DocumentKind.SITE, campaign.site)
    version = state.version_in_force(now) if state else None
    saved = find_version(rows, DocumentKind.SITE, campaign.site, version) if version else None
    if saved is None:
        raise InvalidDocumentError((f"site: there is no site {campaign.site}; save the site first",))
    return load_site(saved.content)


def _check_switch(switch: Switch) -> None:
    for scope, words in ((SwitchScope.PLACEMENT, tuple(Placement)), (SwitchScope.KIND, tuple(Kind))):
        if switch.scope is scope and switch.name not in words:
            raise InvalidDocumentError((f"{scope} must be one of {', '.join(words)}",))
