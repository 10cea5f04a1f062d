"""What editors do with sites and campaigns: save, publish (now, later, or an older version), and pause.

Each act adds a line to the record of changes and raises the snapshot's number, so that every process loads the change.
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
from service.campaigns.switch_store import ALL_ASKS, Pause, Switch, SwitchScope, save_pause, switch_off
from service.database.transaction import committed
from service.errors import ConflictError, InvalidDocumentError, NotFoundError


@dataclass(frozen=True, slots=True)
class Author:
    """The person or command that makes a change, and the time of the change."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """Which version to publish, and when. `version` None is the newest; `at` None, or in the past, is now."""

    version: int | None = None
    at: datetime | None = None


NOW = Release()


@dataclass(frozen=True, slots=True)
class PauseTerms:
    """Why and until when to pause. `ends_at` None: until a person ends it.

    `opens_gates` False: gates work as usual and only other asks stop.
    """

    reason: str = ""
    ends_at: datetime | None = None
    opens_gates: bool = True


UNTIL_ENDED = PauseTerms()


def save_site(engine: Engine, content: Any, author: Author, based_on: int | None = None) -> DocumentState:
    """Save a site as its next version and put it in force at once. Unchanged text makes no new version.

    `based_on` is the version that the editor started from. Raise ConflictError if it is not the newest any more, and
    InvalidDocumentError if the document is wrong.
    """
    site = load_site(content)
    with committed(engine) as connection:
        next_number(connection)
        version = DocumentVersion(DocumentKind.SITE, site.key, 0, content, author.at, author.name)
        state = _save(connection, version, site.key, based_on)
        return _release(connection, state, Release(state.newest_version), author)


def save_campaign(engine: Engine, content: Any, author: Author, based_on: int | None = None) -> DocumentState:
    """Save a campaign as its next version without publishing it. Unchanged text makes no new version.

    Raise InvalidDocumentError if the document is wrong or names a site or country group that does not exist. Raise
    ConflictError if `based_on` is not the newest version any more, or if the key belongs to another site.
    """
    campaign = load_campaign(content)
    with committed(engine) as connection:
        next_number(connection)
        with_countries_written_out(campaign, _site_of(connection, campaign, author.at))
        version = DocumentVersion(DocumentKind.CAMPAIGN, campaign.key, 0, content, author.at, author.name)
        return _save(connection, version, campaign.site, based_on)


def publish(engine: Engine, kind: DocumentKind, key: str, release: Release, author: Author) -> DocumentState:
    """Put a version of a document in force, now or later. An older version is a roll back; a draft becomes live.

    Raise NotFoundError if the document or the version does not exist.
    """
    with committed(engine) as connection:
        next_number(connection)
        state = _existing(connection, kind, key)
        version = release.version or state.newest_version
        saved = find_version(connection, kind, key, version)
        if saved is None:
            raise NotFoundError(f"{kind} {key} has no version {version}; its newest is {state.newest_version}")
        if kind is DocumentKind.CAMPAIGN and saved.content.get("status") == "draft":
            saved = replace(
                saved, content={**saved.content, "status": "live"}, saved_at=author.at, saved_by=author.name
            )
            state = _save(connection, saved, state.site, None)
            version = state.newest_version
        return _release(connection, state, replace(release, version=version), author)


def pause(engine: Engine, switch: Switch, author: Author, *, is_paused: bool, note: str = "") -> None:
    """Turn a kill switch on, until a person turns it off, or turn it off. Raise what `begin_pause` raises."""
    with committed(engine) as connection:
        if is_paused:
            begin_pause(connection, switch, author, PauseTerms(note))
        else:
            end_pause(connection, switch, author, note)


def begin_pause(connection: Connection, switch: Switch, author: Author, terms: PauseTerms = UNTIL_ENDED) -> None:
    """Turn a kill switch on. Within seconds of the commit every process stops the asks and opens the gates it covers.

    Raise NotFoundError if the site or campaign does not exist. Raise InvalidDocumentError if there is no such placement
    or kind, if the pause would end before it begins, or if it keeps gates closed but does not pause all asks.
    """
    _check_switch(switch)
    if terms.ends_at is not None and terms.ends_at <= author.at:
        raise InvalidDocumentError((f"ends_at: {terms.ends_at.isoformat()} is not in the future",))
    if not terms.opens_gates and switch.scope not in ALL_ASKS:
        raise InvalidDocumentError(("opens_gates: only a pause of all asks can keep the gates closed",))
    next_number(connection)
    _check_owner(connection, switch)
    save_pause(connection, switch, Pause(terms.reason, terms.ends_at, terms.opens_gates, author.at, author.name))
    end = f"until {terms.ends_at.isoformat()}" if terms.ends_at else ""
    note = "; ".join(filter(None, (terms.reason, end, "" if terms.opens_gates else "gates stay closed")))
    insert_change(connection, Change(author.at, author.name, "pause", switch.scope, _switch_key(switch), None, note))


def end_pause(connection: Connection, switch: Switch, author: Author, note: str = "") -> None:
    """Turn a kill switch off. Raise NotFoundError if the site or campaign does not exist."""
    _check_switch(switch)
    next_number(connection)
    _check_owner(connection, switch)
    switch_off(connection, switch, author.at)
    insert_change(connection, Change(author.at, author.name, "resume", switch.scope, _switch_key(switch), None, note))


def with_due_schedule(state: DocumentState, now: datetime) -> DocumentState:
    """Return the state at an instant: a scheduled version whose time has come counts as published."""
    if state.scheduled_at is None or state.scheduled_at > now:
        return state
    return replace(state, published_version=state.scheduled_version, scheduled_version=None, scheduled_at=None)


def _save(connection: Connection, saved: DocumentVersion, site: str, based_on: int | None) -> DocumentState:
    state = find_document(connection, saved.kind, saved.key)
    if state is None:
        state = DocumentState(saved.kind, saved.key, site, saved.saved_at, 1, None)
        insert_document(connection, state)
    else:
        newest = find_version(connection, saved.kind, saved.key, state.newest_version)
        _refuse_conflict(state, site, based_on)
        if newest is not None and newest.content == saved.content:
            return state
        state = replace(state, newest_version=state.newest_version + 1)
        update_document(connection, state)
    saved = replace(saved, version=state.newest_version)
    insert_version(connection, saved)
    insert_change(connection, Change(saved.saved_at, saved.saved_by, "save", saved.kind, saved.key, saved.version, ""))
    return state


def _refuse_conflict(state: DocumentState, site: str, based_on: int | None) -> None:
    if state.site != site:
        raise ConflictError(f"{state.kind} {state.key} belongs to site {state.site}; choose another key")
    if based_on is not None and based_on != state.newest_version:
        newest = f"{state.kind} {state.key} is at version {state.newest_version} now"
        raise ConflictError(f"{newest}, not {based_on}; start again from that version")


def _release(connection: Connection, state: DocumentState, release: Release, author: Author) -> DocumentState:
    state = with_due_schedule(state, author.at)
    if release.at is not None and release.at > author.at:
        after = replace(state, scheduled_version=release.version, scheduled_at=release.at)
        note = f"from {release.at.isoformat()}"
    else:
        after = replace(state, published_version=release.version, scheduled_version=None, scheduled_at=None)
        note = ""
    if after != state:
        change = Change(author.at, author.name, "publish", state.kind, state.key, release.version, note)
        insert_change(connection, change)
    update_document(connection, after)
    return after


def _existing(connection: Connection, kind: DocumentKind, key: str) -> DocumentState:
    state = find_document(connection, kind, key)
    if state is None:
        raise NotFoundError(f"there is no {kind} {key}")
    return state


def _site_of(connection: Connection, campaign: Campaign, now: datetime) -> Site:
    state = find_document(connection, DocumentKind.SITE, campaign.site)
    version = state.version_in_force(now) if state else None
    saved = find_version(connection, DocumentKind.SITE, campaign.site, version) if version else None
    if saved is None:
        raise InvalidDocumentError((f"site: there is no site {campaign.site}; save the site first",))
    return load_site(saved.content)


def _check_owner(connection: Connection, switch: Switch) -> None:
    if switch.scope is SwitchScope.CAMPAIGN:
        _existing(connection, DocumentKind.CAMPAIGN, switch.name)
    elif switch.scope is not SwitchScope.EVERYTHING:
        _existing(connection, DocumentKind.SITE, switch.site)


def _switch_key(switch: Switch) -> str:
    return "/".join(part for part in (switch.site, switch.name) if part)


def _check_switch(switch: Switch) -> None:
    for scope, words in ((SwitchScope.PLACEMENT, tuple(Placement)), (SwitchScope.KIND, tuple(Kind))):
        if switch.scope is scope and switch.name not in words:
            raise InvalidDocumentError((f"{scope} must be one of {', '.join(words)}",))
