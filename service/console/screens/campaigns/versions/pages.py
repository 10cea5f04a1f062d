"""List the versions of a document, put one in force, roll back, and cancel a scheduled version."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

import flask
from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.documents import write_document
from service.campaigns.drafts.drafting import shape_of
from service.campaigns.drafts.versions import cancel_release, existing_version
from service.campaigns.store import DocumentState, find_version, list_versions
from service.campaigns.words.in_words import differences_in_words
from service.console.frame import chosen_shape, file_of, own_site, screen
from service.console.navigation import READ_ROLES
from service.console.screens.campaigns.document_pages import (
    author,
    document_route,
    document_state,
    draft_name,
    record_act,
    show_change,
)
from service.console.screens.campaigns.editor.addresses import document_address
from service.console.screens.campaigns.publishing.in_force import ReleaseWish, put_in_force
from service.console.screens.campaigns.versions.history import differences_of_versions, versions_table
from service.console.tables import TableShape
from service.database.transaction import committed
from service.services import current_services
from service.staff.agreements import AgreementRequest
from service.staff.api import current_person, requires_person
from service.staff.people import Role

MAX_VERSIONS, MAX_VERSIONS_IN_FILES = 30, 1000
PUBLISHED = "Published. Every process shows it within five seconds."
WAITS = "It is published as soon as a second person agrees, who finds the request on the screen Agreements."

blueprint = flask.Blueprint("console_versions", __name__, template_folder="templates")


@document_route(blueprint, "versions", "GET")
@requires_person(*READ_ROLES)
def versions(site: str, key: str) -> str | Response:
    """List the newest versions of a document, who saved them, and what each changed; a file lists all of them."""
    chosen, name = own_site(site), draft_name(site, key)
    limit = MAX_VERSIONS + 1 if chosen_shape() is TableShape.PAGE else MAX_VERSIONS_IN_FILES
    with committed(current_services().engine) as connection:
        state = document_state(connection, site, key)
        found = list_versions(connection, name.kind, name.key, limit)
    changes, zone = differences_of_versions(name.kind, found), ZoneInfo(chosen.timezone)
    file = file_of(versions_table(state, found, changes, current_services().clock(), zone))
    if file is not None:
        return file
    called = found[0].content.get("name") or name.key
    return screen(
        "versions/versions.html",
        "campaigns" if key else "settings",
        f"Who changed {called}, when and how?",
        chosen,
        state=state,
        versions=found[:MAX_VERSIONS],
        changes=changes,
        zone=zone,
        may_publish=current_person().may(Role.PUBLISHER),
        may_edit=current_person().may(Role.EDITOR),
        address=lambda leaf, **parameters: _address(state, leaf, **parameters),
    )


@document_route(blueprint, "versions/<int:number>", "GET")
@requires_person(*READ_ROLES)
def version(site: str, key: str, number: int) -> str:
    """Show a version: its text, and how it differs from the version in force."""
    chosen = own_site(site)
    with committed(current_services().engine) as connection:
        state = document_state(connection, site, key)
        shown = existing_version(connection, state, number)
        in_force = find_version(connection, state.kind, state.key, state.published_version or 0)
        wanted = request.args.get("with", "")
        other = existing_version(connection, state, int(wanted)) if is_number(wanted) else in_force
        known = list_versions(connection, state.kind, state.key, MAX_VERSIONS)
    changes = differences_in_words(shape_of(state.kind), other.content, shown.content) if other else ()
    return screen(
        "versions/version.html",
        "campaigns" if key else "settings",
        f"What did version {number} of {shown.content.get('name') or state.key} say?",
        chosen,
        state=state,
        version=shown,
        in_force=in_force,
        other=other,
        known=known,
        text=shown.text or write_document(shown.content),
        changes=changes,
        zone=ZoneInfo(chosen.timezone),
        may_publish=current_person().may(Role.PUBLISHER),
        address=lambda leaf, **parameters: _address(state, leaf, **parameters),
    )


def restored_in_words(number: int, state: DocumentState) -> str:
    """Return what a person reads after rolling back to a version."""
    return f"Rolled back. What version {number} says is in force again, as version {state.published_version}."


def is_number(text: str) -> bool:
    """Return whether a text of an address can be the number of a version."""
    return text.isdecimal() and len(text) < 7


@document_route(blueprint, "versions/<int:number>/publish", "POST")
@requires_person(Role.PUBLISHER)
def publish_version(site: str, key: str, number: int) -> AnyResponse:
    """Put a saved version in force: one that waits as it is, an older one as a new version."""
    services = current_services()
    own_site(site)
    with committed(services.engine) as connection:
        before = document_state(connection, site, key)
    is_older = before.published_version is not None and number <= before.published_version
    done = put_in_force(services, current_person(), ReleaseWish(before.kind, before.key, number, is_older=is_older))
    if isinstance(done, AgreementRequest):
        return _done(before, WAITS)
    return _done(done, restored_in_words(number, done) if is_older else PUBLISHED)


@document_route(blueprint, "cancel-schedule", "POST")
@requires_person(Role.PUBLISHER)
def cancel_schedule(site: str, key: str) -> AnyResponse:
    """Cancel the version that is scheduled to come into force."""
    services = current_services()
    own_site(site)
    with committed(services.engine) as connection:
        before = document_state(connection, site, key)
        state = cancel_release(connection, before.kind, before.key, author(services.clock()))
        record_act(connection, "cancel_schedule_of", state, {"version": before.scheduled_version})
    return _done(state, "The schedule is cancelled. The version is kept and not in force.")


def _done(state: DocumentState, words: str) -> AnyResponse:
    show_change()
    flash(words)
    return redirect(_address(state, "versions"), HTTPStatus.SEE_OTHER)


def _address(state: DocumentState, leaf: str, **parameters: object) -> str:
    return document_address(state.kind, state.site, state.key, leaf, **parameters)
