"""What the pages of a document share: their routes, the draft of the signed-in person, and the record of each act."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import flask
from flask.typing import RouteCallable
from sqlalchemy import Connection

from service.campaigns.drafts.drafting import DraftName
from service.campaigns.drafts.versions import Author, existing_document, with_due_schedule
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.store import DocumentKind, DocumentState
from service.console.frame import own_site
from service.console.screens.campaigns.editor.addresses import document_address
from service.console.screens.campaigns.editor.opened import Opened, open_document
from service.errors import NotFoundError
from service.services import current_services
from service.staff.api import current_person
from service.staff.people import Role
from service.staff.record_store import write_record

View = TypeVar("View", bound=RouteCallable)


def document_route(blueprint: flask.Blueprint, leaf: str, *methods: str) -> Callable[[View], View]:
    """Return a decorator that routes a page of a campaign and the same page of a site's settings, with an empty key."""

    def decorate(view: View) -> View:
        chosen = list(methods)
        blueprint.add_url_rule(f"/console/<site>/campaigns/<key>/{leaf}", view_func=view, methods=chosen)
        settings = f"/console/<site>/settings/{leaf}"
        blueprint.add_url_rule(settings, view_func=view, methods=chosen, defaults={"key": ""})
        return view

    return decorate


def draft_name(site: str, key: str) -> DraftName:
    """Return the signed-in person's draft of a campaign, or, without a key, of the site's settings."""
    kind = DocumentKind.CAMPAIGN if key else DocumentKind.SITE
    return DraftName(kind, key or site, current_person().id)


def site_snapshot(site: str) -> SiteSnapshot:
    """Return a site that the person may see, with its campaigns. Answer 404 if there is none."""
    return current_services().part(SnapshotHolder).current().site(own_site(site).key)


def opened_document(connection: Connection, site: str, key: str) -> Opened:
    """Open a document of the site for the signed-in person. Raise NotFoundError if it is another site's."""
    return open_document(connection, site_snapshot(site), draft_name(site, key), current_services().clock())


def document_state(connection: Connection, site: str, key: str) -> DocumentState:
    """Return the state of a document that has a version. Raise NotFoundError if there is none on this site."""
    name = draft_name(own_site(site).key, key)
    state = existing_document(connection, name.kind, name.key)
    if state.site != site:
        raise NotFoundError(f"there is no {name.kind} {name.key}")
    return with_due_schedule(state, current_services().clock())


def author(now: datetime) -> Author:
    """Return the signed-in person as the author of a change."""
    return Author(current_person().name, now)


def record_act(connection: Connection, act: str, state: DocumentState, details: Mapping[str, Any]) -> None:
    """Write into the record what the signed-in person did to a document: `publish` becomes `publish_campaign`."""
    told = {"site": state.site, **details}
    write_record(connection, current_person(), f"{act}_{state.kind}", state.key, told, current_services().clock())


def document_leaf() -> str:
    """Return the page on which the signed-in person sees a document: the editor, or for others the versions."""
    return "edit" if current_person().may(Role.EDITOR) else "versions"


def show_change() -> None:
    """Load what was just changed, so that the next page of this process shows it."""
    current_services().part(SnapshotHolder).refresh()


def page_of(document: Opened, leaf: str, **parameters: object) -> str:
    """Return the address of a page of an opened document."""
    draft = document.draft
    return document_address(draft.kind, draft.site, draft.key, leaf, **parameters)
