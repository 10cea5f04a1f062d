"""GET /my-data and its download, DELETE /v1/passport, and how other routes read and set the passport cookie."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for

from schemas.counting import CountingAnswerSchema, CountingSchema
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.pages.api import sites_page
from service.readers.my_data import CountingWish, MyDataPage, choose_counting, held_as_data, held_in_words
from service.readers.passports import passport_cookie as cookies
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import RequestContext, carried_reader, passport_cookies
from service.readers.passports.passport_notes import NO_CHANGES, NoteChanges
from service.readers.passports.reader_code import ReaderCode, seal_code
from service.readers.reader import Reader
from service.services import Services, current_services
from service.web.requests import WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, preflight

blueprint = Blueprint("readers", __name__, description="What is held about a reader")


@blueprint.route("/v1/passport", methods=["OPTIONS"])
@blueprint.doc(tags=["decisions"])
@blueprint.alt_response(HTTPStatus.NO_CONTENT)
def allow_pages() -> Response:
    """Answer a browser's preflight for the pages of any site."""
    snapshot = current_services().part(SnapshotHolder).current()
    response = preflight(origin for site in snapshot.sites.values() for origin in site.site.origins)
    if "Access-Control-Allow-Methods" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = "DELETE"
    return response


@blueprint.get("/my-data")
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type="text/html")
@blueprint.doc(tags=["decisions"])
def my_data() -> Response:
    """Show what is held about the reader in this browser. Without a site, show the only one, or let readers choose."""
    services = current_services()
    if "site" not in request.args:
        return _without_site(services)
    site, reader = _own_passport(services)
    page = MyDataPage(
        language=request.accept_languages.best_match(site.languages),
        items=held_in_words(reader, ZoneInfo(site.timezone)) if reader else (),
        download_url=url_for("readers.my_data_download", site=site.key),
        erase_url=url_for("readers.erase_by_form", site=site.key),
        is_erased="erased" in request.args,
        counting_url=url_for("readers.choose_by_form", site=site.key),
        counts_articles=reader is None or not reader.counting.is_stopped,
        code=_code(services, site.key, reader) if reader else "",
    )
    return with_passport(make_response(render_template("my_data.html", site=site, page=page)), services, site.key, None)


@blueprint.get("/my-data.json")
@blueprint.response(HTTPStatus.OK, {"type": "object"})
@blueprint.doc(tags=["decisions"])
def my_data_download() -> Response:
    """Download what is held about the reader in this browser, as a JSON file."""
    services = current_services()
    site, reader = _own_passport(services)
    response = jsonify(site=site.key, held=held_as_data(reader) if reader else None)
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{site.key}.json"'
    return with_passport(response, services, site.key, None)


@blueprint.post("/my-data/erase")
@blueprint.response(HTTPStatus.SEE_OTHER)
@blueprint.doc(tags=["decisions"])
def erase_by_form() -> Response:
    """Erase what is held in this browser, from a plain form, and show the page again."""
    site = _requested_site(current_services())
    page = url_for("readers.my_data", site=site.key, erased=1)
    return _erased(make_response(redirect(page, HTTPStatus.SEE_OTHER)), site.key)


@blueprint.delete("/v1/passport")
@blueprint.response(HTTPStatus.NO_CONTENT)
@blueprint.doc(tags=["decisions"])
def erase() -> Response:
    """Erase what is held in this browser. The service keeps nothing else about an anonymous reader."""
    return _erased(Response(status=HTTPStatus.NO_CONTENT), _requested_site(current_services()).key)


@blueprint.post("/my-data/counting")
@blueprint.response(HTTPStatus.SEE_OTHER)
@blueprint.doc(tags=["decisions"])
def choose_by_form() -> Response:
    """Stop or resume the counting of articles in this browser, from a plain form, and show the page again."""
    services = current_services()
    site = _requested_site(services)
    context = request_context(services, site.key)
    choice = CountingWish(site.key, counts_articles=request.form.get("counts_articles") == "1")
    passport, notes = choose_counting(services, context, choice)
    page = redirect(url_for("readers.my_data", site=site.key), HTTPStatus.SEE_OTHER)
    return with_passport(make_response(page), services, site.key, passport, notes)


@blueprint.route("/v1/article-counting", methods=["OPTIONS"])
@blueprint.doc(tags=["decisions"])
@blueprint.alt_response(HTTPStatus.NO_CONTENT)
def allow_choosing() -> Response:
    """Answer a browser's preflight for the pages of any site."""
    snapshot = current_services().part(SnapshotHolder).current()
    return preflight(origin for site in snapshot.sites.values() for origin in site.site.origins)


@blueprint.post("/v1/article-counting")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(CountingSchema)
@blueprint.alt_response(HTTPStatus.OK, schema=CountingAnswerSchema)
@blueprint.doc(tags=["decisions"])
def choose(wish: CountingWish) -> Response:
    """Stop or resume the counting of articles for the reader of a passport. What was counted is erased."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(wish.site).site
    admit_origin(site.origins, services.settings.public_origin)
    passport, notes = choose_counting(services, request_context(services, site.key), wish)
    is_local = wish.passport is not None
    response = jsonify(counts_articles=wish.counts_articles, passport=passport if is_local else None)
    return with_passport(response, services, site.key, None if is_local else passport, notes)


def request_context(services: Services, site: str) -> RequestContext:
    """Read what this request says outside its body."""
    return cookies.request_context(services.settings, request.headers.get, site)


def carried_passport(services: Services, context: RequestContext, site: str) -> str | None:
    """Return the passport that the cookies of a request carry, with what its notes add, or None."""
    if not context.notes:
        return context.cookie
    passports, instant = services.part(PassportSealer), int(services.clock().timestamp())
    reader = carried_reader(passports, context, site, instant)
    return context.cookie if reader is None else passports.seal(reader, site, instant)


def with_passport(
    response: Response, services: Services, site: str, passport: str | None, notes: NoteChanges = NO_CHANGES
) -> Response:
    """Add the passport as a cookie, if there is one to set, and the cookies of notes. The response is never cached."""
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(passport_cookies(site, is_https=services.settings.is_https).set_cookies(passport, notes))
    return response


def _without_site(services: Services) -> Response:
    """Redirect to the only site, or list the sites."""
    keys = tuple(services.part(SnapshotHolder).current().sites)
    if len(keys) == 1:
        return make_response(redirect(url_for("readers.my_data", site=keys[0]), HTTPStatus.SEE_OTHER))
    response = make_response(sites_page(is_about_data=True))
    response.headers["Cache-Control"] = "no-store"
    return response


def _requested_site(services: Services) -> Site:
    site = services.part(SnapshotHolder).current().site(request.args.get("site", "")).site
    admit_origin(site.origins, services.settings.public_origin)
    return site


def _own_passport(services: Services) -> tuple[Site, Reader | None]:
    site = _requested_site(services)
    context = request_context(services, site.key)
    return site, carried_reader(services.part(PassportSealer), context, site.key, int(services.clock().timestamp()))


def _code(services: Services, site: str, reader: Reader) -> str:
    edge = request_context(services, site).edge
    made_at = int(services.clock().timestamp())
    return seal_code(services.keys, site, ReaderCode(reader, edge.country, edge.device, made_at))


def _erased(response: Response, site: str) -> Response:
    services = current_services()
    is_https = services.settings.is_https
    own = passport_cookies(site, is_https=is_https)
    response.delete_cookie(own.name, secure=is_https, httponly=True, samesite="Lax")
    dropped = NoteChanges(dropped=tuple(note.mark for note in request_context(services, site).notes))
    response.headers.extend(own.set_cookies(None, dropped))
    response.headers["Cache-Control"] = "no-store"
    return response
