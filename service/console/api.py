"""Put the screens of the console together, guard them against other sites' pages, and show errors as pages."""

from contextlib import suppress
from http import HTTPStatus
from pathlib import PurePath

import flask
from flask import Flask, Response, abort, json, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

import service.console.screens.agreements.pages
import service.console.screens.calendar.pages
import service.console.screens.campaigns.editor.pages
import service.console.screens.campaigns.pages
import service.console.screens.campaigns.publishing.pages
import service.console.screens.campaigns.versions.pages
import service.console.screens.closing.booking.pages
import service.console.screens.closing.closed.pages
import service.console.screens.closing.pages
import service.console.screens.exports.pages
import service.console.screens.me.pages
import service.console.screens.money.acts.pages
import service.console.screens.money.pages
import service.console.screens.money.refunds.pages
import service.console.screens.people.pages
import service.console.screens.record.pages
import service.console.screens.sign_in.pages
import service.console.screens.supporters.pages
import service.console.screens.system.pages
import service.console.screens.today.pages
import service.console.screens.why.pages
from service.console.assets import CONTENT_TYPES, assets_version, console_assets
from service.console.frame import (
    PREFIX,
    asset_address,
    integrity,
    own_sites,
    problem_page,
    same_address,
    signed_out_page,
)
from service.database.transaction import committed
from service.errors import ForbiddenError, StoreUnavailableError
from service.services import EXTENSION, Services, current_services
from service.staff.api import find_signed_in, leads_to_sign_in, requires_person
from service.staff.record_store import write_record
from service.web.openapi import PROBLEM_TYPE
from service.web.requests import SAFE_METHODS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
IMMUTABLE = "public, max-age=31536000, immutable"
# What a refusal means in words, and what to do, by the code of the problem.
PROBLEM_TEXTS = {
    "wrong_role": "The attempt is in the record.",
    "not_your_decision": "Nothing was changed. The attempt is in the record.",
    "other_sites": "Nothing was changed. The attempt is in the record.",
    "forbidden": "Your roles do not allow this. Someone with the role admin can change them on the screen People.",
    "forbidden_origin": "The form did not come from this console. Open the screen again and repeat what you did.",
    "not_found": "There is no such screen, or it belongs to a site that you may not see.",
    "too_many_requests": "That was tried too often. Wait a minute and try again.",
    "internal_error": "The mistake is ours, and it has been logged. Nothing was changed.",
    "unavailable": "A part of the service does not answer at the moment. Nothing was changed. Try again in a minute.",
}
# Titles of errors that Flask words as protocols do.
PROBLEM_TITLES = {
    "Bad Request": "This request cannot be read",
    "Not Found": "There is nothing here",
    "Method Not Allowed": "This address only takes forms",
    "Content Too Large": "That is too much text",
    "Request Entity Too Large": "That is too much text",
}

blueprint = flask.Blueprint("console", __name__, url_prefix=PREFIX, template_folder="templates")
# The blueprint of each screen.
SCREENS: tuple[flask.Blueprint, ...] = (
    service.console.screens.today.pages.blueprint,
    service.console.screens.system.pages.blueprint,
    service.console.screens.campaigns.pages.blueprint,
    service.console.screens.campaigns.editor.pages.blueprint,
    service.console.screens.campaigns.publishing.pages.blueprint,
    service.console.screens.campaigns.versions.pages.blueprint,
    service.console.screens.sign_in.pages.blueprint,
    service.console.screens.sign_in.pages.leaving,
    service.console.screens.me.pages.blueprint,
    service.console.screens.calendar.pages.blueprint,
    service.console.screens.people.pages.blueprint,
    service.console.screens.record.pages.blueprint,
    service.console.screens.agreements.pages.blueprint,
    service.console.screens.why.pages.blueprint,
    service.console.screens.money.pages.blueprint,
    service.console.screens.money.acts.pages.blueprint,
    service.console.screens.money.refunds.pages.blueprint,
    service.console.screens.closing.pages.blueprint,
    service.console.screens.closing.booking.pages.blueprint,
    service.console.screens.closing.closed.pages.blueprint,
    service.console.screens.exports.pages.blueprint,
    service.console.screens.supporters.pages.blueprint,
)


class OtherPageError(ForbiddenError):
    """A form was sent from a page that is not the console's."""

    code = "forbidden_origin"


def add_console(app: Flask) -> None:
    """Register the console and all of its screens."""
    _keep_notices(app)
    app.register_blueprint(blueprint)
    for screen in SCREENS:
        app.register_blueprint(screen)
    app.before_request(admit_own_forms)
    app.before_request(refuse_zero_bytes)
    app.after_request(keep_typed)
    app.after_request(guard)
    app.after_request(show_problem)
    app.after_request(record_refusal)
    app.add_template_global(asset_address)
    app.add_template_global(integrity)
    app.add_template_global(same_address)


@blueprint.get("/")
@requires_person()
def home() -> AnyResponse:
    """Lead to the first screen of the first site, or to the people if there is no site yet."""
    sites = own_sites()
    return redirect(url_for("console.home") + (f"{sites[0].key}/today" if sites else "me"))


@blueprint.get("/assets/<version>/<name>")
def asset(version: str, name: str) -> Response:
    """Answer with a style or script of this release. Its address changes with its content."""
    found = console_assets().get(name) if version == assets_version() else None
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    is_gzip = request.accept_encodings.quality("gzip") > 0
    response = Response(found.gzipped if is_gzip else found.body, content_type=CONTENT_TYPES[PurePath(name).suffix])
    if is_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = IMMUTABLE
    return response


def admit_own_forms() -> None:
    """Raise OtherPageError if a request that changes something did not come from a page of this console.

    Browsers say so in `Sec-Fetch-Site`, and older ones in `Origin`. A request with neither is refused. See
    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    if request.method in SAFE_METHODS or not is_console(request.path):
        return
    fetch_site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_own_origin = origin == current_services().settings.public_origin
    if not (is_own_origin if fetch_site is None else fetch_site == "same-origin" and (origin is None or is_own_origin)):
        raise OtherPageError("this form was sent from another page")


def refuse_zero_bytes() -> None:
    """Answer 404 to a path and 400 to a field with a zero byte, because no text in the database can hold one."""
    if not is_console(request.path):
        return
    if "\0" in request.path:
        abort(HTTPStatus.NOT_FOUND)
    if any("\0" in value for _, value in (*request.args.items(multi=True), *request.form.items(multi=True))):
        abort(HTTPStatus.BAD_REQUEST)


def guard(response: Response) -> Response:
    """Allow the console's pages only scripts, styles and forms of our own, no framing, and no copy in a cache."""
    if is_console(request.path):
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def show_problem(response: Response) -> Response:
    """Show an error to a person in a browser as a page with the status of the error. Programs get the problem."""
    is_browser = any(mimetype == "text/html" for mimetype, _ in request.accept_mimetypes)
    if is_console(request.path) and response.mimetype == PROBLEM_TYPE and is_browser:
        problem = json.loads(response.get_data())
        text = PROBLEM_TEXTS.get(problem["code"], "Nothing was changed.")
        response.set_data(problem_page(problem["status"], _sentence(problem["title"]), text))
        response.mimetype = "text/html"
    return response


def keep_typed(response: Response) -> Response:
    """If a session has ended under a form that was sent, keep the fields on a page that can send them again."""
    is_form = is_console(request.path) and request.method not in SAFE_METHODS and bool(request.form)
    if is_form and leads_to_sign_in(response):
        response.set_data(signed_out_page(response.location or ""))
        response.status_code = HTTPStatus.UNAUTHORIZED
        response.mimetype = "text/html"
        del response.headers["Location"]
    return response


def record_refusal(response: Response) -> Response:
    """Write into the record that a signed-in person was refused an act: for the role, a site or a second person."""
    person = find_signed_in() if is_console(request.path) and response.status_code == HTTPStatus.FORBIDDEN else None
    if person is not None and response.mimetype == PROBLEM_TYPE:
        services = current_services()
        details = {"method": request.method, "why": json.loads(response.get_data())["code"]}
        with suppress(StoreUnavailableError), committed(services.engine) as connection:
            write_record(connection, person, "refused", request.path, details, services.clock())
    return response


def is_console(path: str) -> bool:
    """Return whether a path belongs to the console."""
    return path == PREFIX or path.startswith(PREFIX + "/")


def _keep_notices(app: Flask) -> None:
    """Let `flask.flash` keep a notice for the next page, in a signed cookie. Sessions of people are elsewhere."""
    services: Services = app.extensions[EXTENSION]
    is_https = services.settings.is_https
    app.secret_key = services.keys.digest("notices", purpose="console")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-keepopen-notices" if is_https else "keepopen-notices",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def _sentence(title: str) -> str:
    title = PROBLEM_TITLES.get(title, title)
    return title[:1].upper() + title[1:]
