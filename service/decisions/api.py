"""POST /v1/decide, /v1/events and /v1/simulate, GET /my-data, DELETE /v1/passport."""

from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import Response, jsonify, make_response, redirect, render_template, request, url_for

from schemas.decide import DecideSchema, DecisionSchema
from schemas.event import EventAnswerSchema, EventSchema
from service.campaigns.documents import MAX_DOCUMENT_BYTES
from service.campaigns.site import Site
from service.decisions.act import Answer, EventNote, answer_view, note_event
from service.decisions.compile_cache import CompiledSites
from service.decisions.my_data import MyDataPage, held_as_data, held_in_words
from service.decisions.passport import PASSPORT_DAYS
from service.decisions.reader import Reader
from service.decisions.render import answer_body
from service.decisions.simulation_file import simulate_text
from service.decisions.view import Carrier, ViewRequest
from service.requests import WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, origin_of, preflight
from service.services import Services, current_services
from service.tokens.api import requires_role

blueprint = Blueprint("decisions", __name__, description="Should this reader be asked now?")
log = structlog.get_logger()
_sites = CompiledSites()


@blueprint.route("/v1/decide", methods=["OPTIONS"])
@blueprint.route("/v1/events", methods=["OPTIONS"])
@blueprint.route("/v1/passport", methods=["OPTIONS"])
def allow_pages() -> Response:
    """Answer a browser's preflight for any site's own pages."""
    snapshot = current_services().campaigns.current()
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
    site = _sites.compiled(services.campaigns.current().site(view.site))
    admit_origin(site.site.origins, origin_of(services.settings.public_url) or "")
    answer = answer_view(site, services.passports, view, carrier_of(services, view.site), services.clock())
    _count(services, view.site, answer)
    response = jsonify(answer_body(answer))
    return carried(response, services, view.site, None if answer.is_local else answer.passport)


@blueprint.post("/v1/events")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(EventSchema)
@blueprint.alt_response(HTTPStatus.OK, schema=EventAnswerSchema)
def events(note: EventNote) -> Response:
    """Note that a prompt was seen, dismissed or clicked; telling it again changes nothing."""
    services = current_services()
    site = services.campaigns.current().site(note.site)
    admit_origin(site.site.origins, origin_of(services.settings.public_url) or "")
    noted = note_event(services.passports, note, carrier_of(services, note.site), services.clock())
    if noted.is_new:
        services.metrics.prompt_events.labels(note.site, note.event.value).inc()
    response = jsonify(passport=noted.passport if noted.is_local else None)
    return carried(response, services, note.site, None if noted.is_local else noted.passport)


@blueprint.post("/v1/simulate")
@limited_body(MAX_DOCUMENT_BYTES)
@requires_role("editor", "auditor")
@blueprint.response(HTTPStatus.OK, {"type": "object"})
def simulate() -> dict[str, Any]:
    """Live a simulation file, JSON or YAML; one decision with its trace per page view."""
    return {"decisions": simulate_text(request.get_data())}


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
    return carried(make_response(render_template("my_data.html", site=site, page=page)), services, site.key, None)


@blueprint.get("/my-data.json")
@blueprint.response(HTTPStatus.OK, {"type": "object"})
def my_data_download() -> Response:
    """The same as a file."""
    services = current_services()
    site, reader = _own_passport(services)
    response = jsonify(site=site.key, held=held_as_data(reader) if reader else None)
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{site.key}.json"'
    return carried(response, services, site.key, None)


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
    site = services.campaigns.current().site(request.args.get("site", "")).site
    admit_origin(site.origins, origin_of(services.settings.public_url) or "")
    return site


def _own_passport(services: Services) -> tuple[Site, Reader | None]:
    site = _site_asked_for(services)
    cookie = carrier_of(services, site.key).cookie
    instant = int(services.clock().timestamp())
    return site, services.passports.open(cookie, site.key, instant) if cookie else None


def _erased(response: Response, site: str) -> Response:
    services = current_services()
    is_https = services.settings.public_url.startswith("https://")
    response.delete_cookie(cookie_name(services, site), secure=is_https, httponly=True, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


def carrier_of(services: Services, site: str) -> Carrier:
    """What the request itself tells, its address excepted."""
    header = services.settings.country_header
    country = request.headers.get(header, "") if header else ""
    is_country = len(country) == 2 and country.isascii() and country.isalpha() and country.upper() not in {"XX", "T1"}
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return Carrier(
        cookie=request.cookies.get(cookie_name(services, site)),
        country=country.upper() if is_country else None,
        user_agent=request.headers.get("User-Agent", "")[:300],
        is_prefetch="prefetch" in purpose or "prerender" in purpose,
    )


def cookie_name(services: Services, site: str) -> str:
    """Over HTTPS a name the browser keeps to this very host."""
    return f"__Host-keepopen-{site}" if services.settings.public_url.startswith("https://") else f"keepopen-{site}"


def carried(response: Response, services: Services, site: str, passport: str | None) -> Response:
    """The response, never cached, with the passport as a cookie where there is one to set."""
    response.headers["Cache-Control"] = "no-store"
    if passport is not None:
        response.set_cookie(
            cookie_name(services, site),
            passport,
            max_age=PASSPORT_DAYS * 86_400,
            secure=services.settings.public_url.startswith("https://"),
            httponly=True,
            samesite="Lax",
        )
    return response


def _count(services: Services, site: str, answer: Answer) -> None:
    if answer.fault is not None:
        log.error("decision_failed", site=site, error_type=answer.fault)
    outcome: Any = "fault" if answer.fault else "prompt" if answer.prompts else "silence"
    services.metrics.decisions.labels(site, outcome).inc()
