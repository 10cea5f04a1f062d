"""GET /my-data and its download, DELETE /v1/passport, and how other routes read and set the passport cookie."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for

from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.pages.api import sites_page
from service.readers import passport_cookie as cookies
from service.readers.my_data import MyDataPage, held_as_data, held_in_words
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import RequestContext, cookie_name, passport_cookie
from service.readers.reader import Reader
from service.services import Services, current_services
from service.web.requests import Blueprint, admit_origin, preflight

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
    cookie = request_context(services, site.key).cookie
    instant = int(services.clock().timestamp())
    return site, services.part(PassportSealer).open(cookie, site.key, instant) if cookie else None


def _erased(response: Response, site: str) -> Response:
    services = current_services()
    is_https = services.settings.is_https
    response.delete_cookie(cookie_name(site, is_https=is_https), secure=is_https, httponly=True, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response
