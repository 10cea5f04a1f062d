"""Publish a draft now or later, hand it over, see its effect first, and compare it with what another person wrote."""

from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

import flask
from flask import flash, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.drafts.draft_store import DocumentDraft
from service.campaigns.drafts.drafting import bring_up_to_date, comparison_of, save_draft, save_live_draft
from service.campaigns.store import DocumentKind, DocumentState
from service.campaigns.words.phrases import time_in_words
from service.console.frame import screen
from service.console.screens.campaigns.document_pages import (
    author,
    document_route,
    opened_document,
    page_of,
    record_act,
    show_change,
    site_snapshot,
)
from service.console.screens.campaigns.editor.addresses import campaigns_address, document_address
from service.console.screens.campaigns.editor.opened import Opened
from service.console.screens.campaigns.editor.pages import findings_values
from service.console.screens.campaigns.editor.typed import input_name
from service.console.screens.campaigns.publishing.changes import (
    changes_of_draft,
    chosen_instant,
    first_shown,
    version_in_force,
)
from service.console.screens.campaigns.publishing.effect import effect_of_opened
from service.console.screens.campaigns.publishing.in_force import ReleaseWish, put_in_force, second_person_for
from service.database.transaction import committed
from service.errors import ConflictError, InvalidDocumentError
from service.services import current_services
from service.staff.agreements import AgreementRequest
from service.staff.api import current_person, requires_person
from service.staff.people import Role

NOTHING_NEW = "Readers see exactly this already, so there is nothing to publish."

blueprint = flask.Blueprint("console_publishing", __name__, template_folder="templates")


@document_route(blueprint, "publish", "GET")
@requires_person(Role.EDITOR)
def publish(site: str, key: str) -> str:
    """Show what publishing the draft would change, and for whom."""
    with committed(current_services().engine) as connection:
        return publish_page(connection, opened_document(connection, site, key), {})


@document_route(blueprint, "publish", "POST")
@requires_person(Role.PUBLISHER)
def publish_now_or_later(site: str, key: str) -> AnyResponse:
    """Publish the draft, now or at the time that was typed. If a newer version is there, compare the two first."""
    services, form = current_services(), request.form
    now = services.clock()
    try:
        with committed(services.engine) as connection:
            document = opened_document(connection, site, key)
            zone = ZoneInfo(document.site.timezone)
            chosen = chosen_instant(form.get("when", "now"), (form.get("day", ""), form.get("time", "")), zone, now)
            if chosen.errors or document.errors or document.unreadable:
                page = publish_page(connection, document, chosen.errors)
                return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
            if says_nothing_new(connection, document):
                flash(NOTHING_NEW)
                return redirect(_after(document.draft), HTTPStatus.SEE_OTHER)
            state = save_live_draft(connection, document.draft, author(now))
    except ConflictError:
        return redirect(page_of(document, "compare"), HTTPStatus.SEE_OTHER)
    except InvalidDocumentError as error:  # the site lacks a group of countries that the campaign names
        flash(f"{error}.", "error")
        return redirect(page_of(document, "publish"), HTTPStatus.SEE_OTHER)
    wish = ReleaseWish(state.kind, state.key, state.newest_version, chosen.at)
    done = put_in_force(services, current_person(), wish)
    if isinstance(done, AgreementRequest):
        return _done(state, waits_in_words(document.name))
    if chosen.at:
        return _done(state, scheduled_in_words(document.name, chosen.at.astimezone(zone)))
    show_change()
    flash(published_in_words(document, first_shown(document, now)))
    return redirect(_after(document.draft), HTTPStatus.SEE_OTHER)


@document_route(blueprint, "hand-over", "POST")
@requires_person(Role.EDITOR)
def hand_over(site: str, key: str) -> AnyResponse:
    """Save the draft as a version that waits for a publisher."""
    services = current_services()
    try:
        with committed(services.engine) as connection:
            document = opened_document(connection, site, key)
            if document.errors or document.unreadable:
                return make_response(publish_page(connection, document, {}), HTTPStatus.UNPROCESSABLE_ENTITY)
            state = save_draft(connection, document.draft, author(services.clock()))
            record_act(connection, "hand_over", state, {"version": state.newest_version})
    except ConflictError:
        return redirect(page_of(document, "compare"), HTTPStatus.SEE_OTHER)
    except InvalidDocumentError as error:
        flash(f"{error}.", "error")
        return redirect(page_of(document, "publish"), HTTPStatus.SEE_OTHER)
    return _done(state, "Saved as a version that waits for a publisher.")


@document_route(blueprint, "effect", "GET")
@requires_person(Role.EDITOR)
def effect(site: str, key: str) -> str:
    """Show what the draft would do to invented readers. The publish page loads this part by itself."""
    with committed(current_services().engine) as connection:
        document = opened_document(connection, site, key)
    now, person_id = current_services().clock(), current_person().id
    is_right = not document.errors and not document.unreadable
    told = effect_of_opened(site_snapshot(site), document, person_id, now) if is_right else ()
    values = {"opened": document, "sentences": told}
    if "HX-Request" in request.headers:
        return render_template("publishing/effect_part.html", **values)
    title = f"What would {document.name} do to readers?"
    return screen("publishing/effect.html", _entry(document), title, document.site, **values)


@document_route(blueprint, "compare", "GET")
@requires_person(Role.EDITOR)
def compare(site: str, key: str) -> AnyResponse:
    """Show the draft beside a newer version, field by field."""
    with committed(current_services().engine) as connection:
        document = opened_document(connection, site, key)
        compared = comparison_of(connection, document.draft)
    if compared is None:
        return redirect(page_of(document, "edit"), HTTPStatus.SEE_OTHER)
    page = screen(
        "publishing/compare.html",
        _entry(document),
        f"What did you and {compared.newest.saved_by} write?",
        document.site,
        opened=document,
        compared=compared,
        input_name=input_name,
        zone=ZoneInfo(document.site.timezone),
    )
    return make_response(page)


@document_route(blueprint, "compare", "POST")
@requires_person(Role.EDITOR)
def bring_together(site: str, key: str) -> AnyResponse:
    """Put the person's changes on top of the newest version, except in the fields in which theirs is taken."""
    services = current_services()
    with committed(services.engine) as connection:
        document = opened_document(connection, site, key)
        compared = comparison_of(connection, document.draft)
        is_as_shown = compared is not None and request.form.get("newest") == str(compared.newest.version)
        if compared is not None and is_as_shown:
            chosen = {field.path: request.form.get(f"take:{input_name(field.path)}") for field in compared.fields}
            theirs = {path for path, choice in chosen.items() if choice == "theirs"}
            bring_up_to_date(connection, document.draft, theirs, services.clock())
    return redirect(page_of(document, "publish" if is_as_shown else "compare"), HTTPStatus.SEE_OTHER)


def publish_page(connection: Connection, document: Opened, errors: dict[str, str]) -> str:
    """Return the page that shows what publishing would change. `errors`: sentences by field of the form."""
    published = version_in_force(connection, document)
    return screen(
        "publishing/publish.html",
        _entry(document),
        f"What changes when {_called(document)} published?",
        document.site,
        published=published,
        changes=changes_of_draft(published, document),
        second_person=second_person_for(
            current_services(), connection, current_person(), document, published and published.content
        ),
        is_new=not says_nothing_new(connection, document),
        begins_at=first_shown(document, current_services().clock()),
        told_time=time_in_words,
        may_publish=current_person().may(Role.PUBLISHER),
        errors=errors,
        typed=request.form,
        **findings_values(document),
    )


def says_nothing_new(connection: Connection, document: Opened) -> bool:
    """Return whether readers see exactly the draft already, and no other version is waiting."""
    published, state = version_in_force(connection, document), document.state
    is_newest = published is not None and state is not None and published.version == state.newest_version
    return is_newest and not document.is_stale and not changes_of_draft(published, document)


def published_in_words(document: Opened, begins_at: datetime | None) -> str:
    """Return what a person reads after publishing. `begins_at`: when the schedule of a campaign starts, if later."""
    if not document.is_campaign:
        return "Published. The settings are in force within five seconds."
    seen = f"from {time_in_words(begins_at)}, when it starts" if begins_at else "within five seconds"
    return f"Published. Readers see “{document.name}” {seen}."


def scheduled_in_words(name: str, at: datetime) -> str:
    """Return what a person reads after choosing a time for publishing."""
    return f"Scheduled. “{name}” comes into force on {time_in_words(at)}. Until then you can cancel it here."


def waits_in_words(name: str) -> str:
    """Return what a person reads if a second person must agree first."""
    return f"Saved. “{name}” is published as soon as a second person agrees, on the screen Agreements."


def _called(document: Opened) -> str:
    """Return how a question calls a document, with its verb: `Autumn is` or `the settings of The Courier are`."""
    return f"{document.name} is" if document.is_campaign else f"the settings of {document.site.name} are"


def _after(draft: DocumentDraft) -> str:
    """Return where a person sees what was published: the campaign in the list, or the versions of the settings."""
    if draft.kind is DocumentKind.SITE:
        return document_address(draft.kind, draft.site, draft.key, "versions")
    return f"{campaigns_address(draft.site)}#campaign-{draft.key}"


def _done(state: DocumentState, words: str) -> AnyResponse:
    show_change()
    flash(words)
    return redirect(document_address(state.kind, state.site, state.key, "versions"), HTTPStatus.SEE_OTHER)


def _entry(document: Opened) -> str:
    """Return the key of the screen's entry in the navigation."""
    return "campaigns" if document.is_campaign else "settings"
