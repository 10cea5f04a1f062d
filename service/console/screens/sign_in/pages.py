"""The pages on which people sign in and out. They are the only pages of the console that need no session."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.errors import DomainError
from service.services import current_services
from service.staff.api import (
    SIGN_IN,
    current_person,
    current_session,
    drop_session,
    find_signed_in,
    keep_session,
    requires_person,
)
from service.staff.coming_back import page_to_return_to
from service.staff.invitations import InvitationOverError
from service.staff.inviting import invited_person, sign_in_with_link
from service.staff.passkeys.using import begin_sign_in, party, sign_in_with_passkey
from service.staff.signing_in import NewSession, replace_session, sign_out
from service.staff.single_sign_on.using import Return, leave_for_provider, provider_of, return_from_provider
from service.web.rate_limits import limited_by_address

PER_ADDRESS = "20 per minute; 200 per hour"
ATTEMPT_COOKIE = "keepopen-sign-in"
ATTEMPT_SECONDS = 600

blueprint = Blueprint("console_sign_in", __name__, url_prefix=SIGN_IN, template_folder="templates")
leaving = Blueprint("console_sign_out", __name__)


@blueprint.get("")
def choose() -> AnyResponse:
    """Show the ways to sign in. A person who is signed in is led on, unless they must prove who they are again."""
    if find_signed_in() is not None and not _is_again():
        return redirect(_page(), HTTPStatus.SEE_OTHER)
    return _show()


@blueprint.post("")
@limited_by_address(PER_ADDRESS)
def with_passkey() -> AnyResponse:
    """Sign in the owner of the passkey with which the browser has answered."""
    services, form = current_services(), request.form
    try:
        new = sign_in_with_passkey(services, form.get("challenge", ""), form.get("answer", ""), _user_agent())
    except DomainError as error:
        return _show(error)
    return _enter(new, _page())


@blueprint.get("/provider")
@limited_by_address(PER_ADDRESS)
def to_provider() -> AnyResponse:
    """Send the browser to the newsroom's provider. A link leads here, because a form may not lead to another site."""
    try:
        departure = leave_for_provider(current_services(), _page(), is_again=_is_again())
    except DomainError as error:
        return _show(error)
    response = redirect(departure.address, HTTPStatus.SEE_OTHER)
    _set_attempt(response, departure.sealed_attempt, ATTEMPT_SECONDS)
    return response


@blueprint.get("/provider/back")
@limited_by_address(PER_ADDRESS)
def from_provider() -> AnyResponse:
    """Sign in the person whom the provider sends back."""
    given = request.args
    sealed = request.cookies.get(_attempt_name(), "")
    back = Return(sealed, given.get("state", ""), given.get("code", ""), given.get("iss"))
    response: AnyResponse
    try:
        new, page = return_from_provider(current_services(), back, _user_agent())
        response = _enter(new, page)
    except DomainError as error:
        response = _show(error)
    _set_attempt(response, "", 0)
    return response


@blueprint.get("/<token>")
@limited_by_address(PER_ADDRESS)
def link(token: str) -> AnyResponse:
    """Ask a person to use their one-time link. Programs that only look at links do not use it up."""
    try:
        person = invited_person(current_services(), token)
    except InvitationOverError as error:
        return _show(error)
    return make_response(_open_page("sign_in/link.html", f"Are you {person.name}?", invited=person))


@blueprint.post("/<token>")
@limited_by_address(PER_ADDRESS)
def with_link(token: str) -> AnyResponse:
    """Use up a one-time link, and ask its person to make a passkey."""
    services = current_services()
    try:
        new = sign_in_with_link(services, token, _user_agent())
    except InvitationOverError as error:
        return _show(error)
    makes_passkey = party(services).is_possible
    return _enter(new, url_for("console_me.new_passkey") if makes_passkey else url_for("console.home"))


@leaving.post("/console/sign-out")
@requires_person()
def leave() -> AnyResponse:
    """End the session of this browser."""
    sign_out(current_services(), current_session(), current_person())
    response = redirect(SIGN_IN, HTTPStatus.SEE_OTHER)
    drop_session(response)
    return response


def _show(error: DomainError | None = None) -> Response:
    """Return the page with all ways to sign in. `error`: why the last attempt was refused."""
    services = current_services()
    provider = provider_of(services.settings)
    html = _open_page(
        "sign_in/choose.html",
        "Is it still you?" if _is_again() else "Sign in",
        error=error,
        ceremony=begin_sign_in(services) if party(services).is_possible else None,
        page=_page(),
        is_again=_is_again(),
        has_provider=provider is not None,
    )
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)


def _open_page(template: str, title: str, **values: object) -> str:
    """Return a page without navigation, for somebody who is not signed in."""
    return render_template(template, title=title, key="", sites=(), screens=(), person=None, **values)


def _enter(new: NewSession, page: str) -> AnyResponse:
    """Put the new session into the browser, in the place of an older one, and lead on."""
    if find_signed_in() is not None:
        replace_session(current_services(), current_session())
    response = redirect(page, HTTPStatus.SEE_OTHER)
    keep_session(response, new)
    return response


def _page() -> str:
    return page_to_return_to(request.values.get("next"))


def _is_again() -> bool:
    return request.values.get("again") == "1"


def _user_agent() -> str:
    return request.headers.get("User-Agent", "")


def _attempt_name() -> str:
    return f"__Host-{ATTEMPT_COOKIE}" if current_services().settings.is_https else ATTEMPT_COOKIE


def _set_attempt(response: AnyResponse, sealed: str, seconds: int) -> None:
    """Keep an attempt in the browser, or remove it after 0 seconds. The provider's link back must bring it (Lax)."""
    is_https = current_services().settings.is_https
    response.set_cookie(
        _attempt_name(), sealed, max_age=seconds, path="/", secure=is_https, httponly=True, samesite="Lax"
    )
