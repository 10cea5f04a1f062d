"""What editors do with sites and campaigns: save, publish (now, later, or an older version), and pause.

Each act adds a line to the record of changes and raises the snapshot's number, so that every process loads the change.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from service.campaigns.campaign import Kind, Placement
from service.campaigns.drafts.versions import (
    Author,
    Release,
    Written,
    existing_document,
    release_version,
    save_version,
)
from service.campaigns.store import Change, DocumentKind, DocumentState, insert_change, next_number
from service.campaigns.switch_store import ALL_ASKS, Pause, Switch, SwitchScope, save_pause, switch_off
from service.database.transaction import committed
from service.errors import InvalidDocumentError

__all__ = [
    "NOW",
    "Author",
    "PauseTerms",
    "Release",
    "begin_pause",
    "end_pause",
    "pause",
    "publish",
    "save_campaign",
    "save_site",
]

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


def save_site(
    engine: Engine, content: Any, author: Author, based_on: int | None = None, text: str | None = None
) -> DocumentState:
    """Save a site as its next version and put it in force at once. Unchanged text makes no new version.

    `based_on` is the version that the editor started from, `text` the document as YAML with its comments, if it has
    any. Raise ConflictError if `based_on` is not the newest version any more, and InvalidDocumentError if the document
    is wrong.
    """
    with committed(engine) as connection:
        state = save_version(connection, Written(DocumentKind.SITE, content, text, based_on), author)
        return release_version(connection, DocumentKind.SITE, state.key, Release(state.newest_version), author)


def save_campaign(
    engine: Engine, content: Any, author: Author, based_on: int | None = None, text: str | None = None
) -> DocumentState:
    """Save a campaign as its next version without publishing it. Unchanged text makes no new version.

    `text` is the document as YAML with its comments, if it has any.
    Raise InvalidDocumentError if the document is wrong or names a site or country group that does not exist. Raise
    ConflictError if `based_on` is not the newest version any more, or if the key belongs to another site.
    """
    with committed(engine) as connection:
        return save_version(connection, Written(DocumentKind.CAMPAIGN, content, text, based_on), author)


def publish(engine: Engine, kind: DocumentKind, key: str, release: Release, author: Author) -> DocumentState:
    """Put a version of a document in force, now or later. An older version is a roll back; a draft becomes live.

    Raise NotFoundError if the document or the version does not exist.
    """
    with committed(engine) as connection:
        return release_version(connection, kind, key, release, author)


def pause(engine: Engine, switch: Switch, author: Author, terms: PauseTerms = UNTIL_ENDED, *, is_paused: bool) -> None:
    """Turn a kill switch on, or off for the reason in the terms. Raise what `begin_pause` raises."""
    with committed(engine) as connection:
        if is_paused:
            begin_pause(connection, switch, author, terms)
        else:
            end_pause(connection, switch, author, terms.reason)


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
    number = next_number(connection)
    _check_owner(connection, switch)
    pause = Pause(terms.reason, terms.ends_at, terms.opens_gates, author.at, author.name, number)
    save_pause(connection, switch, pause)
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


def _check_owner(connection: Connection, switch: Switch) -> None:
    if switch.scope is SwitchScope.CAMPAIGN:
        existing_document(connection, DocumentKind.CAMPAIGN, switch.name)
    elif switch.scope is not SwitchScope.EVERYTHING:
        existing_document(connection, DocumentKind.SITE, switch.site)


def _switch_key(switch: Switch) -> str:
    return "/".join(part for part in (switch.site, switch.name) if part)


def _check_switch(switch: Switch) -> None:
    for scope, words in ((SwitchScope.PLACEMENT, tuple(Placement)), (SwitchScope.KIND, tuple(Kind))):
        if switch.scope is scope and switch.name not in words:
            raise InvalidDocumentError((f"{scope} must be one of {', '.join(words)}",))
