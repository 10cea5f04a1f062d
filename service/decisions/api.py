"""POST /v1/decide, /v1/events and /v1/simulate, GET /my-data, DELETE /v1/passport.

Plain decide requests are answered by `fast_path.py` before they reach Flask.
"""

import time
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for

from schemas.decide import DecideSchema, DecisionSchema
from schemas.event import EventAnswerSchema, EventSchema
from schemas.preview import PreviewLinkSchema, PreviewSchema
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.answer_json import answer_body
from service.decisions.compile import CompiledSite, CompiledSites
from service.decisions.counting import count_decision, count_event
from service.decisions.decide_view import Answer, decide_view, page_view_of
from service.decisions.preview import PreviewRequest, answer_preview, make_preview, open_preview, previewed
from service.decisions.prompt_events import EventNote, note_event
from service.decisions.signed_in import decide_signed_in, note_signed_in
from service.decisions.view import RequestContext, ViewRequest
from service.readers import passport_cookie as cookies
from service.readers.assertion import Standing, asserted_reader
from service.readers.my_data import MyDataPage, held_as_data, held_in_words
from service.readers.outside import OutsideServices, word_on
from service.readers.outside_fetch import fetch
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import cookie_name, passport_cookie
from service.readers.reader import Reader
from service.services import Services, current_services
from service.simulation.file import MAX_SIMULATION_BYTES, simulate_text
from service.tokens.api import requires_role
from service.web.requests import WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, preflight

blueprint = Blueprint("decisions", __name__, description="Should this reader be asked now?")
_sites = CompiledSites()
_outside = OutsideServices(fetch)


@blueprint.route("/v1/decide", methods=["OPTIONS"])
@blueprint.route("/v1/events", methods=["OPTIONS"])
@blueprint.route("/v1/passport", methods=["OPTIONS"])
def allow_pages() -> Response:
    """Answer a browser's preflight for any site's own pages."""
    snapshot = current_services().part(SnapshotHolder).current()
    response = preflight(origin for site in snapshot.sites.values() for origin in site.site.origins)
    if "Access-Control-Allow-Methods" in response.headers and request.path == "/v1/passport":
        response.headers["Access-Control-Allow-Methods"] = "DELETE"
    return response


@blueprint.post("/v1/decide")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(DecideSchema)
@blueprint.alt_response(HTTPStatus.OK, schema=DecisionSchema)
def decide(view: ViewRequest) -> Response:
    """Decide what one page view shows."""
    services = current_services()
    site = _sites.compiled(services.part(SnapshotHolder).current(), view.site)
    admit_origin(site.site.origins, services.settings.public_origin)
    began = time.perf_counter()
    found = _answer(services, site, view)
    count_decision(services, view.site, found, time.perf_counter() - began)
    response = jsonify(answer_body(found))
    return with_passport(response, services, view.site, None if found.is_local else found.passport)


def _answer(services: Services, site: CompiledSite, view: ViewRequest) -> Answer:
    """Answer a preview, a signed-in reader or any other reader. A preview or assertion that is not valid is ignored."""
    now, passports = services.clock(), services.part(PassportSealer)
    page_view = page_view_of(site, passports, view, request_context(services, view.site), now)
    preview = open_preview(passports.ring, view.preview, view.site, page_view.now.instant)
    if preview is not None:
        candidate = previewed(services.part(SnapshotHolder).current().site(view.site), preview)
        if candidate is not None:
            return answer_preview(site, passports, page_view, (preview, candidate))
    asserted = asserted_reader(site.site.assertion, view.reader_assertion, page_view.now.instant)
    if asserted.standing is Standing.SIGNED_OUT:
        return decide_view(site, passports, page_view)
    return decide_signed_in(services, site, page_view, asserted, word_on(asserted.reader_id, site, _outside, now))


@blueprint.post("/v1/events")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(EventSchema)
@blueprint.alt_response(HTTPStatus.OK, schema=EventAnswerSchema)
def events(note: EventNote) -> Response:
    """Note that a prompt was seen, dismissed or clicked; telling it again changes nothing."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(note.site)
    admit_origin(site.site.origins, services.settings.public_origin)
    noted = note_event(services.part(PassportSealer), note, request_context(services, note.site), services.clock())
    note_signed_in(services, noted, note.event, note.event_id, services.clock())
    count_event(services, noted, note.event)
    response = jsonify(passport=noted.passport if noted.is_local else None)
    return with_passport(response, services, note.site, None if noted.is_local else noted.passport)


@blueprint.post("/v1/simulate")
@limited_body(MAX_SIMULATION_BYTES)
@requires_role("editor", "auditor")
@blueprint.response(HTTPStatus.OK, {"type": "object"})
def simulate() -> Response:
    """Live a simulation file, JSON or YAML; one decision with its trace per page view."""
    return jsonify(decisions=simulate_text(request.get_data()))


@blueprint.post("/v1/previews")
@requires_role("editor")
@blueprint.arguments(PreviewSchema)
@blueprint.response(HTTPStatus.CREATED, PreviewLinkSchema)
def preview(asked: PreviewRequest) -> dict[str, str]:
    """Make a signed link that shows a campaign, a draft too, to whoever opens it, for a while."""
    services = current_services()
    return make_preview(services, asked)


@blueprint.get("/my-data")
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type="text/html")
def my_data() -> Response:
    """What is held about the reader in this browser."""
    services = current_services()
    site, reader = _own_passport(services)
    page = MyDataPage(
        language=request.accept_languages.best_match(site.languages),
        items=held_in_words(reader, ZoneInfo(site.timezone)) if reader else (),
        download_url=url_for("decisions.my_data_download", site=site.key),
        erase_url=url_for("decisions.erase_by_form", site=site.key),
        is_erased="erased" in request.args,
    )
    return with_passport(make_response(render_template("my_data.html", site=site, page=page)), services, site.key, None)


@blueprint.get("/my-data.json")
@blueprint.response(HTTPStatus.OK, {"type": "object"})
def my_data_download() -> Response:
    """The same as a file."""
    services = current_services()
    site, reader = _own_passport(services)
    response = jsonify(site=site.key, held=held_as_data(reader) if reader else None)
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{site.key}.json"'
    return with_passport(response, services, site.key, None)


@blueprint.post("/my-data/erase")
@blueprint.response(HTTPStatus.SEE_OTHER)
def erase_by_form() -> Response:
    """Erase what is held in this browser, from a plain form, and show the page again."""
    site = _site_asked_for(current_services())
    page = url_for("decisions.my_data", site=site.key, erased=1)
    return _erased(make_response(redirect(page, HTTPStatus.SEE_OTHER)), site.key)


@blueprint.delete("/v1/passport")
@blueprint.response(HTTPStatus.NO_CONTENT)
def erase() -> Response:
    """Erase what is held in this browser. Nothing else is kept of an anonymous reader."""
    return _erased(Response(status=HTTPStatus.NO_CONTENT), _site_asked_for(current_services()).key)


def _site_asked_for(services: Services) -> Site:
    site = services.part(SnapshotHolder).current().site(request.args.get("site", "")).site
    admit_origin(site.origins, services.settings.public_origin)
    return site


def _own_passport(services: Services) -> tuple[Site, Reader | None]:
    site = _site_asked_for(services)
    cookie = request_context(services, site.key).cookie
    instant = int(services.clock().timestamp())
    return site, services.part(PassportSealer).open(cookie, site.key, instant) if cookie else None


def _erased(response: Response, site: str) -> Response:
    services = current_services()
    is_https = services.settings.is_https
    response.delete_cookie(cookie_name(site, is_https=is_https), secure=is_https, httponly=True, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


def request_context(services: Services, site: str) -> RequestContext:
    """Read what this request says outside its body."""
    cookie = request.cookies.get(cookie_name(site, is_https=services.settings.is_https))
    return cookies.request_context(services.settings, request.headers.get, cookie)


def with_passport(response: Response, services: Services, site: str, passport: str | None) -> Response:
    """Add the passport as a cookie, if there is one to set. The response is never cached."""
    response.headers["Cache-Control"] = "no-store"
    if passport is not None:
        response.headers.add("Set-Cookie", passport_cookie(site, passport, is_https=services.settings.is_https))
    return response
