"""POST /v1/decide, /v1/events and /v1/previews. `fast_path.py` answers plain decide requests before Flask sees them."""

import time
from datetime import datetime
from http import HTTPStatus

from flask import Response, jsonify

from schemas.decide import DecideSchema, DecisionSchema
from schemas.event import EventAnswerSchema, EventSchema
from schemas.preview import PreviewLinkSchema, PreviewSchema
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.answer_json import answer_json
from service.decisions.compile import CompiledSite, CompiledSites
from service.decisions.counting import count_decision, count_event, count_failed_decision, unready_counted
from service.decisions.decide_view import Answer, decide_view, page_view_of
from service.decisions.preview import (
    Preview,
    PreviewRequest,
    answer_as_reader,
    answer_preview,
    draft_candidate,
    make_preview,
    open_as_reader,
    open_preview,
    previewed,
)
from service.decisions.prompt_events import EventReport, record_prompt_event
from service.decisions.rules.rule import Prepared
from service.decisions.signed_in import decide_signed_in, record_signed_in_event
from service.decisions.tally import Tally
from service.decisions.view import ViewRequest
from service.readers.api import request_context, with_passport
from service.readers.assertion import Standing, asserted_reader
from service.readers.outside import OutsideServices, ask_services
from service.readers.outside_fetch import fetch
from service.readers.passports.passport import PassportSealer
from service.services import Services, current_services
from service.tokens.api import admit_site, requires_role
from service.web.requests import WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, preflight

blueprint = Blueprint("decisions", __name__, description="Should this reader be asked now?")
_sites = CompiledSites()
_outside = OutsideServices(fetch)


@blueprint.route("/v1/decide", methods=["OPTIONS"])
@blueprint.route("/v1/events", methods=["OPTIONS"])
@blueprint.alt_response(HTTPStatus.NO_CONTENT)
def allow_pages() -> Response:
    """Answer a browser's preflight for the pages of any site."""
    snapshot = current_services().part(SnapshotHolder).current()
    return preflight(origin for site in snapshot.sites.values() for origin in site.site.origins)


@blueprint.post("/v1/decide")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(DecideSchema)
@blueprint.alt_response(HTTPStatus.OK, schema=DecisionSchema)
def decide(view: ViewRequest) -> Response:
    """Decide which prompts a page view shows, and whether its article is open."""
    services = current_services()
    snapshot = services.part(SnapshotHolder).current()
    with unready_counted(services):
        origins = snapshot.site(view.site).site.origins
    admit_origin(origins, services.settings.public_origin)
    began = time.perf_counter()
    try:
        answer = _answer(services, _sites.compiled(snapshot, view.site), view)
    except Exception:  # the page gets a problem that it can read, and the fault is counted as documented
        count_failed_decision(services, view.site, time.perf_counter() - began)
        raise
    count_decision(services.metrics, services.part(Tally), view.site, answer, time.perf_counter() - began)
    response = Response(answer_json(answer), mimetype="application/json")
    return with_passport(response, services, view.site, None if answer.is_local else answer.passport, answer.notes)


def _answer(services: Services, site: CompiledSite, view: ViewRequest) -> Answer:
    """Answer a preview, a signed-in reader or any other reader. An invalid preview or assertion is ignored."""
    now, passports = services.clock(), services.part(PassportSealer)
    page_view = page_view_of(site, passports, view, request_context(services, view.site), now)
    preview = open_preview(services.keys, view.preview, view.site, page_view.now.instant)
    if preview is not None:
        candidate = _previewed(services, preview, now)
        if candidate is not None:
            return answer_preview(site, passports, page_view, (preview, candidate))
    as_reader = open_as_reader(services.keys, view.preview, view.site, page_view.now.instant)
    if as_reader is not None:
        return answer_as_reader(site, passports, page_view, as_reader)
    asserted = asserted_reader(site.site.assertion, view.reader_assertion, page_view.now.instant)
    if asserted.standing is Standing.SIGNED_OUT:
        return decide_view(site, passports, page_view)
    rules = (candidate.campaign.reader for candidate in (*site.gates, *site.appeals))
    outside = ask_services(_outside, site.site, rules, asserted.reader_id, now)
    return decide_signed_in(services, site, page_view, asserted, outside)


def _previewed(services: Services, preview: Preview, now: datetime) -> Prepared | None:
    """Return the campaign to preview: a version of it, or a person's draft. None if it cannot be shown."""
    snapshot = services.part(SnapshotHolder).current().site(preview.site)
    if preview.person:
        return draft_candidate(services.engine, snapshot, preview, now)
    return previewed(snapshot, preview)


@blueprint.post("/v1/events")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(EventSchema)
@blueprint.alt_response(HTTPStatus.OK, schema=EventAnswerSchema)
def events(report: EventReport) -> Response:
    """Record that a prompt was seen, dismissed or clicked. Reporting the same event again changes nothing."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(report.site)
    admit_origin(site.site.origins, services.settings.public_origin)
    now, context = services.clock(), request_context(services, report.site)
    recorded = record_prompt_event(services.part(PassportSealer), services.part(Tally), report, context, now)
    record_signed_in_event(services, recorded, report, now)
    count_event(services, recorded, report.event)
    response = jsonify(passport=recorded.passport if recorded.is_local else None)
    passport = None if recorded.is_local else recorded.passport
    return with_passport(response, services, report.site, passport, recorded.notes)


@blueprint.post("/v1/previews")
@requires_role("editor")
@blueprint.arguments(PreviewSchema)
@blueprint.response(HTTPStatus.CREATED, PreviewLinkSchema)
def preview(wish: PreviewRequest) -> dict[str, str]:
    """Make a signed link that shows a campaign or a draft, for a limited time, to everyone who opens it."""
    admit_site(wish.site)
    return make_preview(current_services(), wish)
