"""POST /v1/decide and /v1/events, GET /my-data, DELETE /v1/passport."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Response, jsonify, request

from schemas.decide import DecideSchema, DecisionSchema
from schemas.event import EventAnswerSchema, EventSchema
from service.decisions.act import Answer, EventNote, answer_view, note_event
from service.decisions.compile_cache import CompiledSites
from service.decisions.passport import PASSPORT_DAYS
from service.decisions.render import answer_body
from service.decisions.view import Carrier, ViewRequest
from service.requests import WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, origin_of, preflight
from service.services import Services, current_services

blueprint = Blueprint("decisions", __name__, description="Should this reader be asked now?")
log = structlog.get_logger()
_sites = CompiledSites()


@blueprint.route("/v1/decide", methods=["OPTIONS"])
@blueprint.route("/v1/events", methods=["OPTIONS"])
@blueprint.doc(security=[])
def allow_pages() -> Response:
    """Answer a browser's preflight for any site's own pages."""
    snapshot = current_services().campaigns.current()
    return preflight(origin for site in snapshot.sites.values() for origin in site.site.origins)


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
