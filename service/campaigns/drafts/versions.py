"""Versions of a document within a transaction: save, put in force now or later, cancel, roll back.

Each act adds a line to the record of changes and raises the snapshot's number, so that every process loads the change.
Callers may write further rows in the same transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.campaigns.campaign import Campaign
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.site import Site
from service.campaigns.snapshot.countries import with_countries_written_out
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


@dataclass(frozen=True, slots=True)
class Written:
    """A document as an editor wrote it. `text`: the YAML as typed, with its comments, or None if it was sent as JSON.

    `based_on` is the version that the editor started from; None does not compare it with the newest.
    """

    kind: DocumentKind
    content: Any
    text: str | None = None
    based_on: int | None = None


def save_version(connection: Connection, written: Written, author: Author) -> DocumentState:
    """Save a document as its next version without publishing it. Unchanged text makes no new version.

    Raise InvalidDocumentError if the document is wrong or names a site or country group that does not exist. Raise
    ConflictError if `based_on` is not the newest version any more, or if the key belongs to another site.
    """
    next_number(connection)
    if written.kind is DocumentKind.SITE:
        key = site = load_site(written.content).key
    else:
        campaign = load_campaign(written.content)
        with_countries_written_out(campaign, _site_of(connection, campaign, author.at))
        key, site = campaign.key, campaign.site
    version = DocumentVersion(written.kind, key, 0, written.content, author.at, author.name, written.text)
    return _add_version(connection, version, site, written.based_on)


def release_version(
    connection: Connection, kind: DocumentKind, key: str, release: Release, author: Author
) -> DocumentState:
    """Put a version of a document in force, now or later. A draft becomes live, as a new version.

    Raise NotFoundError if the document or the version does not exist.
    """
    next_number(connection)
    state = existing_document(connection, kind, key)
    saved = existing_version(connection, state, release.version or state.newest_version)
    if kind is DocumentKind.CAMPAIGN and saved.content.get("status") == "draft":
        content = {**saved.content, "status": "live"}
        live = replace(saved, content=content, saved_at=author.at, saved_by=author.name, text=None)
        state = _add_version(connection, live, state.site, None)
        saved = replace(live, version=state.newest_version)
    return _release(connection, state, replace(release, version=saved.version), author)


def cancel_release(connection: Connection, kind: DocumentKind, key: str, author: Author) -> DocumentState:
    """Cancel the version that is scheduled to come into force. Raise ConflictError if none is scheduled any more."""
    next_number(connection)
    state = with_due_schedule(existing_document(connection, kind, key), author.at)
    if state.scheduled_version is None:
        raise ConflictError(f"no version of {kind} {key} is scheduled; it may be in force already")
    insert_change(connection, Change(author.at, author.name, "cancel", kind, key, state.scheduled_version, ""))
    after = replace(state, scheduled_version=None, scheduled_at=None)
    update_document(connection, after)
    return after


def roll_back(connection: Connection, kind: DocumentKind, key: str, version: int, author: Author) -> DocumentState:
    """Save the text of an older version as a new version and put it in force at once."""
    state = existing_document(connection, kind, key)
    old = existing_version(connection, state, version)
    state = save_version(connection, Written(kind, old.content, old.text), author)
    return release_version(connection, kind, key, Release(state.newest_version), author)


def settle_release(connection: Connection, state: DocumentState, author: Author) -> DocumentState:
    """Note in the document's row, and in the record of changes, that its scheduled version has come into force."""
    after = with_due_schedule(state, author.at)
    if after != state:
        version = after.published_version
        insert_change(
            connection, Change(author.at, author.name, "publish", state.kind, state.key, version, "as scheduled")
        )
        update_document(connection, after)
    return after


def with_due_schedule(state: DocumentState, now: datetime) -> DocumentState:
    """Return the state at an instant: a scheduled version whose time has come counts as published."""
    if state.scheduled_at is None or state.scheduled_at > now:
        return state
    return replace(state, published_version=state.scheduled_version, scheduled_version=None, scheduled_at=None)


def existing_document(connection: Connection, kind: DocumentKind, key: str) -> DocumentState:
    """Return the state of a document. Raise NotFoundError if it does not exist."""
    state = find_document(connection, kind, key)
    if state is None:
        raise NotFoundError(f"there is no {kind} {key}")
    return state


def existing_version(connection: Connection, state: DocumentState, version: int) -> DocumentVersion:
    """Return a version of a document. Raise NotFoundError if it does not exist."""
    saved = find_version(connection, state.kind, state.key, version)
    if saved is None:
        newest = f"its newest is {state.newest_version}"
        raise NotFoundError(f"{state.kind} {state.key} has no version {version}; {newest}")
    return saved


def _add_version(connection: Connection, saved: DocumentVersion, site: str, based_on: int | None) -> DocumentState:
    state = find_document(connection, saved.kind, saved.key)
    if state is None:
        state = DocumentState(saved.kind, saved.key, site, saved.saved_at, 1, None)
        insert_document(connection, state)
    else:
        newest = find_version(connection, saved.kind, saved.key, state.newest_version)
        _refuse_conflict(state, site, based_on)
        if newest is not None and _says_the_same(newest, saved):
            return state
        state = replace(state, newest_version=state.newest_version + 1)
        update_document(connection, state)
    saved = replace(saved, version=state.newest_version)
    insert_version(connection, saved)
    insert_change(connection, Change(saved.saved_at, saved.saved_by, "save", saved.kind, saved.key, saved.version, ""))
    return state


def _says_the_same(newest: DocumentVersion, saved: DocumentVersion) -> bool:
    """Return whether a document says nothing new: equal content, and no comments that the newest version lacks."""
    has_comments = saved.text is not None and "#" in saved.text
    return newest.content == saved.content and (not has_comments or saved.text == newest.text)


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


def _site_of(connection: Connection, campaign: Campaign, now: datetime) -> Site:
    state = find_document(connection, DocumentKind.SITE, campaign.site)
    version = state.version_in_force(now) if state else None
    saved = find_version(connection, DocumentKind.SITE, campaign.site, version) if version else None
    if saved is None:
        raise InvalidDocumentError((f"site: there is no site {campaign.site}; save the site first",))
    return load_site(saved.content)
