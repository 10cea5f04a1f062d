"""The editor of a campaign, and of the settings of a site. What is typed is saved by itself as the person's draft."""

from dataclasses import replace
from enum import StrEnum
from http import HTTPStatus
from zoneinfo import ZoneInfo

import flask
from flask import Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.drafts.draft_store import DocumentDraft, discard_draft, keep_draft
from service.campaigns.drafts.drafting import problems_of, with_typed_content, with_typed_text
from service.campaigns.store import DocumentKind
from service.campaigns.words.finding_words import finding_in_words
from service.campaigns.words.in_words import differences_in_words
from service.campaigns.words.phrases import language_name, time_in_words
from service.console.frame import screen
from service.console.navigation import READ_ROLES
from service.console.screens.campaigns.document_pages import (
    document_route,
    draft_name,
    opened_document,
    page_of,
    site_snapshot,
)
from service.console.screens.campaigns.editor.addresses import campaigns_address, document_address
from service.console.screens.campaigns.editor.form import ShownSection
from service.console.screens.campaigns.editor.form_values import with_posted
from service.console.screens.campaigns.editor.languages import is_tag, offered_languages, tag_of_language
from service.console.screens.campaigns.editor.list_acts import with_act
from service.console.screens.campaigns.editor.markup import is_day, with_strong_joints
from service.console.screens.campaigns.editor.opened import Opened, opened
from service.console.screens.campaigns.editor.preview import (
    SCHEMES,
    SCREENS,
    STATES,
    currencies_of,
    languages_of,
    preview_token,
    switches_of,
)
from service.console.screens.campaigns.editor.rule_fields import field_of
from service.console.screens.campaigns.editor.tabs import TAB_WORDS, Tab, View, layouts_of, tab_with
from service.console.screens.campaigns.editor.typed import input_name
from service.database.transaction import committed
from service.ids import new_id
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role

PREVIEW_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
TO_PUBLISH = "leaf=publish"

blueprint = flask.Blueprint("console_editor", __name__, template_folder="templates")


@blueprint.get("/console/<site>/settings")
@requires_person(*READ_ROLES)
def settings(site: str) -> AnyResponse:
    """Lead to the settings of a site: an editor to the form, others to the versions."""
    leaf = "edit" if current_person().may(Role.EDITOR) else "versions"
    return redirect(document_address(DocumentKind.SITE, site, site, leaf))


@document_route(blueprint, "edit", "GET")
@requires_person(Role.EDITOR)
def edit(site: str, key: str) -> str:
    """Show the form of a document, with the real prompt beside it."""
    with committed(current_services().engine) as connection:
        document = opened_document(connection, site, key)
    return editor_page(document)


@document_route(blueprint, "edit", "POST")
@requires_person(Role.EDITOR)
def save(site: str, key: str) -> AnyResponse:
    """Save what was typed as the person's draft, and press the button that was pressed."""
    services = current_services()
    snapshot, now = site_snapshot(site), services.clock()
    with committed(services.engine) as connection:
        before = opened_document(connection, site, key)
        draft = replace(typed_draft(before), saved_in=request.form.get("window", ""))
        is_elsewhere = saved_elsewhere(before.draft)
        if not is_elsewhere and (draft.content, draft.text) != (before.draft.content, before.draft.text):
            draft = keep_draft(connection, draft)
    after = opened(snapshot, draft, before.state, is_stale=before.is_stale, now=now)
    if "HX-Request" in request.headers:
        values = {**findings_values(after), "is_part": not is_elsewhere, "is_elsewhere_part": is_elsewhere}
        return make_response(render_template("editor/findings.html", **values))
    if is_elsewhere:
        return make_response(editor_page(after, saved=before), HTTPStatus.CONFLICT)
    if request.form.get("go") == TO_PUBLISH:
        return redirect(page_of(after, "publish"), HTTPStatus.SEE_OTHER)
    return redirect(page_of(after, "edit", **next_view(after)), HTTPStatus.SEE_OTHER)


@document_route(blueprint, "discard", "POST")
@requires_person(Role.EDITOR)
def discard(site: str, key: str) -> AnyResponse:
    """Drop the person's draft. The newest version is what the editor shows next."""
    services, name = current_services(), draft_name(site, key)
    with committed(services.engine) as connection:
        document = opened_document(connection, site, key)
        discard_draft(connection, name.kind, name.key, name.person)
    flash("Your draft is deleted.")
    has_version = document.state is not None
    return redirect(page_of(document, "edit") if has_version else campaigns_address(site), HTTPStatus.SEE_OTHER)


@blueprint.get("/console/<site>/campaigns/<key>/preview")
@requires_person(Role.EDITOR)
def preview(site: str, key: str) -> Response:
    """Show a plain article page with the prompt, for the frame beside the form."""
    with committed(current_services().engine) as connection:
        document = opened_document(connection, site, key)
    switches = switches_of(request.args, document.site, view_of(document).locale)
    page = render_template("editor/preview.html", opened=document, switches=switches)
    response = make_response(page)
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


def typed_draft(document: Opened) -> DocumentDraft:
    """Return the draft with what the form of this request says, and with the button that was pressed."""
    now = current_services().clock()
    if request.form.get("tab") == Tab.FILE:
        return with_typed_text(document.draft, request.form.get("text", document.draft.text), now)
    names = request.form.getlist("field")
    content = with_posted(document.shape, document.content, names, request.form.to_dict(flat=False))
    act = request.form.get("act", "")
    if act:
        new_keys = {name.removeprefix("new:"): text for name, text in request.form.items() if name.startswith("new:")}
        content = with_act(document.shape, content, act, new_keys)
    return document.draft if content == document.draft.content else with_typed_content(document.draft, content, now)


def saved_elsewhere(draft: DocumentDraft) -> bool:
    """Return whether another window of the same person has saved the draft since this form was opened."""
    is_same_window = draft.saved_in == request.form.get("window")
    return not is_same_window and request.form.get("revision", str(draft.revision)) != str(draft.revision)


def editor_page(document: Opened, saved: Opened | None = None) -> str:
    """Return the editor. `saved`: what another window has saved meanwhile, to compare with what was typed here."""
    tab, view = tab_of_request(document), view_of(document)
    source = document.source()
    sections = [
        ShownSection(section.heading, source.fields(section.paths), section.is_folded)
        for section in layouts_of(document.draft.kind)[tab](view)
    ]
    typed_here = differences_in_words(document.shape, saved.draft.content, document.draft.content) if saved else ()
    return screen(
        "editor/edit.html",
        "campaigns" if document.is_campaign else "settings",
        f"Edit {document.name}" if document.is_campaign else f"Settings of {document.site.name}",
        document.site,
        tabs=[(name, TAB_WORDS[name]) for name in layouts_of(document.draft.kind)],
        view=view,
        sections=sections,
        standing=standing_of(document),
        leaves=[name for section in sections for field in section.fields for name in field.leaves()],
        window=new_id("win"),
        typed_here=typed_here,
        is_elsewhere=saved is not None,
        **findings_values(document),
        **campaign_values(document, view),
    )


def standing_of(document: Opened) -> str:
    """Return what readers see of a document now, and later without a person's doing, as sentences."""
    state, zone = document.state, ZoneInfo(document.site.timezone)
    if state is None or (state.published_version is None and state.scheduled_version is None):
        return "Readers have not seen this yet."
    told = (
        f"Readers see version {state.published_version}." if state.published_version else "Readers see no version yet."
    )
    if state.scheduled_version and state.scheduled_at:
        at = time_in_words(state.scheduled_at.astimezone(zone))
        told += f" Version {state.scheduled_version} comes into force on {at} ({zone.key})."
    return told


def campaign_values(document: Opened, view: View) -> dict[str, object]:
    """Return what only the editor of a campaign shows: variants, languages, sentences, and the preview."""
    if not document.is_campaign:
        return {}
    switches = switches_of(request.values, document.site, view.locale)
    now = current_services().clock()
    parameters = {**switches.query(), "variant": view.variant, "locale": view.locale}
    token = preview_token(current_services().keys, document, view.variant, switches, now)
    return {
        "locales": [(tag, language_name(tag)) for tag in dict.fromkeys((*document.locales, view.locale))],
        "languages": offered_languages(),
        "switches": switches,
        "options": {
            "screen": SCREENS,
            "language": languages_of(document.site, view.locale),
            "scheme": SCHEMES,
            "currency": currencies_of(document.site),
            "state": STATES,
        },
        "preview_address": page_of(document, "preview", **parameters, keepopen_preview=token),
    }


def findings_values(document: Opened) -> dict[str, object]:
    """Return what the list of findings shows: what is wrong, and what lint advises, each with its field's address."""
    layouts = layouts_of(document.draft.kind)
    parameters = view_parameters(document)

    def at(tab: StrEnum) -> str:
        return page_of(document, "edit", **{**parameters, "tab": tab})

    wrong = document.errors.items()
    problems = [(words, at(tab_with(layouts, document.shape, path)), input_name(path)) for path, words in wrong]
    found = [(finding, *field_of(finding, document.draft.kind)) for finding in document.findings]
    advice = [(finding.severity, finding_in_words(finding.words), at(tab), name) for finding, tab, name in found]
    zone = ZoneInfo(document.site.timezone)
    in_file = problems_of(document.draft) if document.errors else ()
    tab = tab_of_request(document)
    return {
        "opened": document,
        "tab": tab,
        "problems": problems,
        "in_file": in_file,
        "advice": advice,
        "zone": zone,
    }


def tab_of_request(document: Opened) -> StrEnum:
    """Return the tab in the address or the form of this request; the first one if there is no such tab."""
    layouts = layouts_of(document.draft.kind)
    wanted = request.values.get("tab", "")
    return next((tab for tab in layouts if tab == wanted), next(iter(layouts)))


def view_of(document: Opened) -> View:
    """Return the variant and the language in the address or the form of this request."""
    if not document.is_campaign:
        return View()
    variant, locale = request.values.get("variant", "0"), request.values.get("locale", "")
    position = int(variant) if variant.isdecimal() and len(variant) < 3 else 0
    tag = locale.lower() if is_tag(locale) else next(iter(document.locales), document.site.default_language)
    return View(position if position < len(document.variant_names) else 0, tag)


def view_parameters(document: Opened) -> dict[str, object]:
    """Return the parameters that keep the variant and the language in an address."""
    view = view_of(document)
    return {"variant": view.variant or None, "locale": view.locale} if document.is_campaign else {}


def next_view(document: Opened) -> dict[str, object]:
    """Return the parameters of the page after a save: those of the form, with the part that a button leads to."""
    part, _, value = request.form.get("go", "").partition("=")
    other = request.form.get("language", "").strip()
    if part == "locale" and not value:
        value = tag_of_language(other) or ""
    if part == "locale" and not value:
        flash(
            f"“{other[:40]}” is not a language that we know. Write its name, such as Irish, or its tag, such as ga.",
            "error",
        )
    wanted = {part: value} if value and part in {"tab", "locale", "variant"} else {}
    return {"tab": tab_of_request(document), **view_parameters(document), **wanted}


blueprint.add_app_template_global(page_of)
blueprint.add_app_template_filter(is_day)
blueprint.add_app_template_filter(finding_in_words, "with_labels")
blueprint.add_app_template_filter(with_strong_joints)
