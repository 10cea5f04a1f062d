"""The list of campaigns, and its acts: new, move, duplicate, pause, archive."""

from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

import flask
from flask import Response, flash, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.campaign import ASKS, Kind, Placement
from service.campaigns.documents import is_key
from service.campaigns.drafts.draft_store import list_drafts
from service.campaigns.drafts.drafting import DraftName, new_draft
from service.campaigns.drafts.ordering import archive, duplicate, moved, set_priorities
from service.campaigns.editing import begin_pause, end_pause
from service.campaigns.reading import describe_all
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.store import DocumentKind
from service.campaigns.switch_store import Switch, SwitchScope
from service.campaigns.words.labels import value_label
from service.console.frame import chosen_shape, screen, table_file
from service.console.navigation import READ_ROLES
from service.console.screens.campaigns.campaign_table import campaign_table
from service.console.screens.campaigns.document_pages import (
    author,
    document_state,
    record_act,
    show_change,
    site_snapshot,
)
from service.console.screens.campaigns.editor.addresses import campaigns_address, document_address
from service.console.screens.campaigns.editor.list_acts import key_from_name
from service.console.screens.campaigns.findings import findings_of
from service.console.screens.campaigns.listing import (
    Group,
    Sources,
    archived_lines,
    in_order,
    lines_by_placement,
    new_drafts,
    shown_campaigns,
    unreadable_keys,
)
from service.console.screens.campaigns.results import RESULT_DAYS, first_day, results_in_words
from service.console.tables import TableShape
from service.contributions.earned_store import earning_by_campaign
from service.database.transaction import committed
from service.errors import ConflictError
from service.insights.store import seen_by_campaign
from service.services import current_services
from service.staff.agreements import AgreedAct
from service.staff.agreements_store import waiting_requests
from service.staff.api import current_person, requires_person
from service.staff.people import Role
from service.staff.store import list_people

CAMPAIGN = DocumentKind.CAMPAIGN
LINES_OF_OVERVIEW, LINES_OF_PLACE = 10, 30
USUAL_PLACES: dict[str, Placement] = {
    Kind.EPIC: Placement.ARTICLE_END,
    Kind.BANNER: Placement.PAGE_BOTTOM,
    Kind.GATE: Placement.OVER_ARTICLE,
}
KIND_HINTS = {
    Kind.EPIC: "Part of the article: words, amounts and a button.",
    Kind.BANNER: "Covers a part of the page until the reader closes it.",
    Kind.GATE: "Closes the article until the reader signs in or contributes. A second person must agree.",
}

blueprint = flask.Blueprint("console_campaigns", __name__, template_folder="templates")


@blueprint.get("/console/<site>/campaigns")
@requires_person(*READ_ROLES)
def campaigns(site: str) -> str | Response:
    """List the campaigns of a site in the order in which readers are asked."""
    snapshot = site_snapshot(site)
    if chosen_shape() is TableShape.PAGE:
        return list_page(snapshot)
    now = current_services().clock()
    groups = lines_by_placement(_sources(snapshot, now), now)
    return table_file(campaign_table(groups.values(), now, snapshot.zone))


@blueprint.get("/console/<site>/campaigns/new")
@requires_person(Role.EDITOR)
def new(site: str) -> str:
    """Ask for the name, the kind and the place of a new campaign."""
    return new_page(site_snapshot(site), {})


@blueprint.post("/console/<site>/campaigns/new")
@requires_person(Role.EDITOR)
def create(site: str) -> AnyResponse:
    """Start a draft of a new campaign, and lead to the editor."""
    services, snapshot, form = current_services(), site_snapshot(site), request.form
    name, key = form.get("name", "").strip(), form.get("key", "").strip()
    key = key or key_from_name(name)
    errors = _errors_of_new(name, key)
    if not errors:
        try:
            with committed(services.engine) as connection:
                content = first_content(snapshot, key)
                new_draft(connection, DraftName(CAMPAIGN, key, current_person().id), content, services.clock())
        except ConflictError:
            errors["key"] = f"There is a campaign with the key {key} already. Choose another key."
    if errors:
        return make_response(new_page(snapshot, errors), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(document_address(CAMPAIGN, site, key), HTTPStatus.SEE_OTHER)


@blueprint.post("/console/<site>/campaigns/<key>/move")
@requires_person(Role.PUBLISHER)
def move(site: str, key: str) -> AnyResponse:
    """Move a campaign up or down among those of its placement."""
    services, snapshot = current_services(), site_snapshot(site)
    campaign = next((found for found in shown_campaigns(snapshot) if found.key == key), None)
    step = {"up": -1, "down": 1}.get(request.form.get("to", ""))
    if campaign is None or step is None:
        flask.abort(HTTPStatus.NOT_FOUND)
    try:
        priorities = moved(in_order(snapshot).get(campaign.placement, [campaign]), key, step)
    except ConflictError as error:
        return make_response(list_page(snapshot, problem=f"{error}."), HTTPStatus.CONFLICT)
    with committed(services.engine) as connection:
        set_priorities(connection, priorities, author(services.clock()))
        details = {"to": request.form["to"], "priorities": priorities}
        record_act(connection, "move", document_state(connection, site, key), details)
    return _done(site, key, "Moved. Readers are asked in the new order within five seconds.")


@blueprint.post("/console/<site>/campaigns/<key>/duplicate")
@requires_person(Role.EDITOR)
def copy(site: str, key: str) -> AnyResponse:
    """Start a draft with the text of a campaign under another key, and lead to the editor."""
    services = current_services()
    with committed(services.engine) as connection:
        document_state(connection, site, key)
        for number in range(2, 100):
            name = DraftName(CAMPAIGN, f"{key[:58]}-{number}", current_person().id)
            try:
                duplicate(connection, key, name, services.clock())
            except ConflictError:
                continue
            return redirect(document_address(CAMPAIGN, site, name.key), HTTPStatus.SEE_OTHER)
    raise ConflictError(f"{key} has been duplicated too often; archive some of the copies")


@blueprint.post("/console/<site>/campaigns/<key>/pause")
@requires_person(Role.PUBLISHER)
def pause(site: str, key: str) -> AnyResponse:
    """Pause a campaign, or end the pause."""
    services = current_services()
    is_paused = request.form.get("end") != "1"
    with committed(services.engine) as connection:
        state = document_state(connection, site, key)
        switch = Switch(SwitchScope.CAMPAIGN, site, key)
        turn = begin_pause if is_paused else end_pause
        turn(connection, switch, author(services.clock()))
        record_act(connection, "pause" if is_paused else "resume", state, {})
    words = "Paused. Readers do not see it from within five seconds on." if is_paused else "The pause has ended."
    return _done(site, key, words)


@blueprint.post("/console/<site>/campaigns/<key>/archive")
@requires_person(Role.PUBLISHER)
def archive_campaign(site: str, key: str) -> AnyResponse:
    """Archive a campaign."""
    services = current_services()
    with committed(services.engine) as connection:
        document_state(connection, site, key)
        state = archive(connection, key, author(services.clock()))
        record_act(connection, "archive", state, {"version": state.newest_version})
    return _done(
        site, key, "Archived. Readers do not see it any more. To bring it back, roll back to an older version."
    )


def list_page(snapshot: SiteSnapshot, problem: str = "") -> str:
    """Return the list of campaigns. `problem`: why the last act was refused."""
    now, site, place = current_services().clock(), snapshot.site, request.values.get("place", "")
    sources = _sources(snapshot, now)
    person = current_person()
    return screen(
        "campaigns/campaigns.html",
        "campaigns",
        "What are readers asked, and in which order?",
        site,
        groups=[group for group in _groups(sources, now) if place in {"", group.place}],
        place=place,
        is_paused=site.switches.is_paused or site.switches.paused_kinds >= ASKS,
        archived=archived_lines(sources, now),
        new_drafts=new_drafts(sources),
        unreadable=unreadable_keys(sources),
        zone=snapshot.zone,
        now=now,
        result_days=RESULT_DAYS,
        problem=problem,
        may_edit=person.may(Role.EDITOR),
        may_publish=person.may(Role.PUBLISHER),
        address=lambda key, leaf: document_address(CAMPAIGN, site.key, key, leaf),
    )


def _sources(snapshot: SiteSnapshot, now: datetime) -> Sources:
    """Read what the list is made from."""
    services, site = current_services(), snapshot.site.key
    today_on = now.astimezone(snapshot.zone).date()
    days = first_day(today_on), today_on
    with committed(services.engine) as connection:
        drafts = list_drafts(connection, site)
        people = {person.id: person.name for person in list_people(connection)}
        asks = seen_by_campaign(connection, site, [campaign.key for campaign in shown_campaigns(snapshot)], *days)
        paid = earning_by_campaign(connection, site, snapshot.zone, *days)
        asked = frozenset(
            str(waiting.wanted.details.get("key"))
            for waiting in waiting_requests(connection, now)
            if waiting.wanted.act is AgreedAct.SWITCH_GATE_ON and waiting.wanted.site == site
        )
    states = {state.key: state for state in describe_all(services.engine, CAMPAIGN, now, site)}
    findings = findings_of(snapshot, shown_campaigns(snapshot), now)
    return Sources(snapshot, states, drafts, people, findings, results_in_words(asks, paid), asked)


def _groups(sources: Sources, now: datetime) -> list[Group]:
    """Return the campaigns of each placement: the first few, or, if this request chose a placement, a page of them."""
    chosen, start = request.values.get("place", ""), request.values.get("from", "0")
    first = int(start) if chosen and start.isdecimal() and len(start) < 6 else 0
    shown = LINES_OF_PLACE if chosen else LINES_OF_OVERVIEW
    found = in_order(sources.snapshot)
    return [
        Group(place.value, value_label(place.value), tuple(lines), len(found.get(place, ())), first)
        for place, lines in lines_by_placement(sources, now, slice(first, first + shown)).items()
    ]


def new_page(snapshot: SiteSnapshot, errors: dict[str, str]) -> str:
    """Return the form of a new campaign, with what was typed."""
    kinds = [(kind.value, value_label(kind.value), KIND_HINTS[kind]) for kind in Kind]
    places = [("", "The usual place of its kind"), *((place.value, value_label(place.value)) for place in Placement)]
    values = {"errors": errors, "typed": request.form, "kinds": kinds, "places": places}
    return screen("campaigns/new.html", "campaigns", "What is the new campaign?", snapshot.site, **values)


def first_content(snapshot: SiteSnapshot, key: str) -> dict[str, object]:
    """Return the document that a new campaign starts with: careful limits, and words to be replaced."""
    form = request.form
    kind = form.get("kind", Kind.EPIC.value)
    placement = form.get("placement") or USUAL_PLACES.get(kind, Placement.ARTICLE_END).value
    words = {"heading": "", "button": "Contribute"}
    asks = {"reader": {"article_count": [{"min": 3, "weeks": 4}]}, "page": {"types": ["article"]}}
    return {
        "key": key,
        "name": form.get("name", "").strip(),
        "site": snapshot.site.key,
        "kind": kind if kind in set(Kind) else Kind.EPIC.value,
        "placement": placement if placement in set(Placement) else Placement.ARTICLE_END.value,
        "status": "draft",
        **(asks if kind != Kind.GATE.value else {}),
        "frequency": {"caps": [{"impressions": 4, "days": 30}]},
        "cool_off": {"after_dismissal": {"days": [14, 30, 90]}},
        "variants": [{"key": "control", "copy": {snapshot.site.default_language: words}}],
    }


def _errors_of_new(name: str, key: str) -> dict[str, str]:
    if not name or len(name) > 200:
        return {"name": "Name must have 1 to 200 characters."}
    if key and not is_key(key):
        return {"key": "Key must be 1 to 63 lower-case letters, digits, - or _, or empty: then it is made of the name."}
    return {} if key else {"key": "No key can be made of this name. Write one of lower-case letters and digits."}


def _done(site: str, key: str, words: str) -> AnyResponse:
    show_change()
    flash(words)
    kept = {name: request.form[name] for name in ("place", "from") if request.form.get(name)}
    query = f"?{urlencode(kept)}" if kept else ""
    return redirect(f"{campaigns_address(site)}{query}#campaign-{key}", HTTPStatus.SEE_OTHER)
