"""Publish a draft now or later, hand it over, see its effect first, and compare it with what another person wrote."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

import flask
from flask import flash, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.drafts.drafting import bring_up_to_date, comparison_of, save_draft, save_live_draft
from service.campaigns.store import DocumentState
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
from service.console.screens.campaigns.editor.addresses import document_address
from service.console.screens.campaigns.editor.opened import Opened
from service.console.screens.campaigns.editor.pages import findings_values
from service.console.screens.campaigns.editor.typed import input_name
from service.console.screens.campaigns.publishing.changes import changes_of_draft, chosen_instant, version_in_force
from service.console.screens.campaigns.publishing.effect import effect_of_opened
from service.console.screens.campaigns.publishing.in_force import ReleaseWish, put_in_force, reasons_for_second_person
from service.database.transaction import committed
from service.errors import ConflictError, InvalidDocumentError
from service.services import current_services
from service.staff.agreements import AgreementRequest
from service.staff.api import current_person, requires_person
from service.staff.people import Role

PUBLISHED = "Published. Every process shows it within five seconds."
SCHEDULED = "Scheduled. It comes into force by itself. Until then you can cancel it here."
WAITS = "Saved. It is published as soon as a second person agrees, who finds the request on the screen Agreements."

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
            state = save_live_draft(connection, document.draft, author(now))
    except ConflictError:
        return redirect(page_of(document, "compare"), HTTPStatus.SEE_OTHER)
    except InvalidDocumentError as error:  # the site lacks a group of countries that the campaign names
        flash(f"{error}.", "error")
        return redirect(page_of(document, "publish"), HTTPStatus.SEE_OTHER)
    wish = ReleaseWish(state.kind, state.key, state.newest_version, chosen.at)
    done = put_in_force(services, current_person(), wish)
    if isinstance(done, AgreementRequest):
        return _done(state, WAITS)
    return _done(state, SCHEDULED if chosen.at else PUBLISHED)


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
        f"What changes when {document.name} is published?",
        document.site,
        published=published,
        changes=changes_of_draft(published, document),
        second_person=reasons_for_second_person(document.draft.kind, published and published.content, document.content),
        may_publish=current_person().may(Role.PUBLISHER),
        errors=errors,
        typed=request.form,
        **findings_values(document),
    )


def _done(state: DocumentState, words: str) -> AnyResponse:
    show_change()
    flash(words)
    return redirect(document_address(state.kind, state.site, state.key, "versions"), HTTPStatus.SEE_OTHER)


def _entry(document: Opened) -> str:
    """Return the key of the screen's entry in the navigation."""
    return "campaigns" if document.is_campaign else "settings"
