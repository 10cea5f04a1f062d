"""The order in which campaigns are asked, and the acts of the list: move, duplicate, archive."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from service.campaigns.campaign import Campaign, decision_order
from service.campaigns.drafts.draft_store import DocumentDraft
from service.campaigns.drafts.drafting import DraftName, new_draft
from service.campaigns.drafts.versions import (
    Author,
    Release,
    Written,
    existing_document,
    existing_version,
    release_version,
    save_version,
    with_due_schedule,
)
from service.campaigns.drafts.yaml_text import with_content
from service.campaigns.store import DocumentKind, DocumentState, DocumentVersion
from service.errors import ConflictError, InvalidDocumentError

PRIORITY_STEP = 10
Change = Callable[[dict[str, Any]], dict[str, Any]]


def moved(ordered: Sequence[Campaign], key: str, step: int) -> dict[str, int]:
    """Return the new priorities, by key, that move a campaign up (-1) or down (1) among those of its placement.

    `ordered`: the campaigns of a placement in the order in which they are asked. Two different numbers are exchanged;
    otherwise all campaigns are numbered afresh. Raise ConflictError if the campaign cannot move there.
    """
    place = next(at for at, campaign in enumerate(ordered) if campaign.key == key)
    other = place + step
    if not 0 <= other < len(ordered):
        raise ConflictError(f"{ordered[place].name} is {'first' if step < 0 else 'last'} already")
    first, second = ordered[place], ordered[other]
    if first.is_high_priority != second.is_high_priority:
        ahead = first if first.is_high_priority else second
        raise ConflictError(f"{ahead.name} is marked to be asked before all others; take the mark off in the editor")
    wanted = [*ordered]
    wanted[place], wanted[other] = second, first
    swapped = {first.key: second.priority, second.key: first.priority}
    if _order_with(ordered, swapped) == [campaign.key for campaign in wanted]:
        return swapped
    numbered = {campaign.key: (at + 1) * PRIORITY_STEP for at, campaign in enumerate(wanted)}
    return {campaign.key: numbered[campaign.key] for campaign in wanted if campaign.priority != numbered[campaign.key]}


def _order_with(campaigns: Sequence[Campaign], priorities: dict[str, int]) -> list[str]:
    changed = [replace(one, priority=priorities.get(one.key, one.priority)) for one in campaigns]
    return [campaign.key for campaign in sorted(changed, key=decision_order)]


def set_priorities(connection: Connection, priorities: dict[str, int], author: Author) -> None:
    """Give campaigns new priorities, in every version that is published, scheduled or newest."""
    for key, priority in sorted(priorities.items()):
        amend_campaign(connection, key, partial(_with_priority, priority=priority), author)


def _with_priority(content: dict[str, Any], *, priority: int) -> dict[str, Any]:
    return {**content, "priority": priority}


def archive(connection: Connection, key: str, author: Author) -> DocumentState:
    """Archive a campaign: readers do not see it any more, and it is kept for the record."""
    return amend_campaign(connection, key, lambda content: {**content, "status": "archived"}, author)


def amend_campaign(connection: Connection, key: str, change: Change, author: Author) -> DocumentState:
    """Change a campaign without publishing anything else that waits.

    The version in force, the scheduled version and the newest version each get a new version with the change, and take
    their places.
    """
    state = with_due_schedule(existing_document(connection, DocumentKind.CAMPAIGN, key), author.at)
    waiting = state.newest_version not in {state.published_version, state.scheduled_version}
    if state.published_version is not None:
        after = _save_changed(connection, state, state.published_version, change, author)
        release_version(connection, DocumentKind.CAMPAIGN, key, Release(after.newest_version), author)
    if state.scheduled_version is not None:
        after = _save_changed(connection, state, state.scheduled_version, change, author)
        later = Release(after.newest_version, state.scheduled_at)
        release_version(connection, DocumentKind.CAMPAIGN, key, later, author)
    if waiting:
        _save_changed(connection, state, state.newest_version, change, author)
    return existing_document(connection, DocumentKind.CAMPAIGN, key)


def _save_changed(
    connection: Connection, state: DocumentState, number: int, change: Change, author: Author
) -> DocumentState:
    version: DocumentVersion = existing_version(connection, state, number)
    if not isinstance(version.content, dict):
        raise InvalidDocumentError((f"version {number} of campaign {state.key} cannot be read",))
    content = change(version.content)
    text = with_content(version.text, content) if version.text else None
    return save_version(connection, Written(DocumentKind.CAMPAIGN, content, text), author)


def duplicate(connection: Connection, key: str, name: DraftName, now: datetime) -> DocumentDraft:
    """Start a draft with another key from the newest version of a campaign. `name`: the new draft.

    Raise ConflictError if the new key is taken.
    """
    state = existing_document(connection, DocumentKind.CAMPAIGN, key)
    newest = existing_version(connection, state, state.newest_version)
    own = str(newest.content.get("name") or key)
    copied = {field: value for field, value in newest.content.items() if field != "created_at"}
    content = {**copied, "key": name.key, "name": f"{own} (copy)"[:200], "status": "draft"}
    return new_draft(connection, name, content, now)
