"""What editors do with sites and campaigns: save, publish (now, later, or an older version), and pause.

Each act adds a line to the record of changes and raises the snapshot's number, so that every process loads the change.
"""

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
from service.campaigns.switch_store import Switch, SwitchScope, set_switch
from service.database.transaction import committed
from service.errors import InvalidDocumentError

__all__ = ["NOW", "Author", "Release", "pause", "publish", "save_campaign", "save_site", "turn_switch"]

NOW = Release()


def save_site(engine: Engine, content: Any, author: Author, based_on: int | None = None) -> DocumentState:
    """Save a site as its next version and put it in force at once. Unchanged text makes no new version.

    `based_on` is the version that the editor started from. Raise ConflictError if it is not the newest any more, and
    InvalidDocumentError if the document is wrong.
    """
    with committed(engine) as connection:
        state = save_version(connection, Written(DocumentKind.SITE, content, None, based_on), author)
        return release_version(connection, DocumentKind.SITE, state.key, Release(state.newest_version), author)


def save_campaign(engine: Engine, content: Any, author: Author, based_on: int | None = None) -> DocumentState:
    """Save a campaign as its next version without publishing it. Unchanged text makes no new version.

    Raise InvalidDocumentError if the document is wrong or names a site or country group that does not exist. Raise
    ConflictError if `based_on` is not the newest version any more, or if the key belongs to another site.
    """
    with committed(engine) as connection:
        return save_version(connection, Written(DocumentKind.CAMPAIGN, content, None, based_on), author)


def publish(engine: Engine, kind: DocumentKind, key: str, release: Release, author: Author) -> DocumentState:
    """Put a version of a document in force, now or later. An older version is a roll back; a draft becomes live.

    Raise NotFoundError if the document or the version does not exist.
    """
    with committed(engine) as connection:
        return release_version(connection, kind, key, release, author)


def pause(engine: Engine, switch: Switch, author: Author, *, is_paused: bool, note: str = "") -> None:
    """Turn a kill switch on or off. Within seconds every process hides the appeals and opens the gates it covers.

    Raise NotFoundError if the site or campaign does not exist, InvalidDocumentError if there is no such placement or
    kind.
    """
    with committed(engine) as connection:
        turn_switch(connection, switch, author, is_paused=is_paused, note=note)


def turn_switch(connection: Connection, switch: Switch, author: Author, *, is_paused: bool, note: str = "") -> None:
    """Turn a kill switch on or off within a transaction. Raise the errors of `pause`."""
    _check_switch(switch)
    next_number(connection)
    if switch.scope is SwitchScope.CAMPAIGN:
        existing_document(connection, DocumentKind.CAMPAIGN, switch.name)
    elif switch.scope is not SwitchScope.EVERYTHING:
        existing_document(connection, DocumentKind.SITE, switch.site)
    set_switch(connection, switch, is_paused=is_paused, now=author.at)
    key = "/".join(part for part in (switch.site, switch.name) if part)
    act = "pause" if is_paused else "resume"
    insert_change(connection, Change(author.at, author.name, act, switch.scope, key, None, note))


def _check_switch(switch: Switch) -> None:
    for scope, words in ((SwitchScope.PLACEMENT, tuple(Placement)), (SwitchScope.KIND, tuple(Kind))):
        if switch.scope is scope and switch.name not in words:
            raise InvalidDocumentError((f"{scope} must be one of {', '.join(words)}",))
