"""Who uses the console in this request: the session cookie, and the decorators that protect pages."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, TypeVar, cast
from urllib.parse import quote

from flask import redirect, request
from werkzeug.wrappers import Response

from service.errors import ForbiddenError, UnknownSiteError
from service.services import current_services
from service.staff.passkeys.using import party
from service.staff.people import ROLES_IN_WORDS, Person, Role, in_words
from service.staff.sessions import FORM_FRESH_FOR, FRESH_FOR, VALID_FOR, Session
from service.staff.signing_in import NewSession, verify_session
from service.staff.single_sign_on.using import provider_of
from service.web.requests import SAFE_METHODS

SIGN_IN = "/console/sign-in"
COOKIE = "keepopen-staff"
SIGNED_OUT = (
    '<p class="needs" role="alert">You are signed out. What you typed is still here, but not saved. '
    f'<a href="{SIGN_IN}" target="_blank">Sign in in another tab</a>, then go on typing here.</p>'
)
_FOUND = "keepopen.staff_session"

P = ParamSpec("P")
R = TypeVar("R")


class WrongRoleError(ForbiddenError):
    """The person is signed in, but none of their roles allows this."""

    code = "wrong_role"

    def __init__(self, person: Person, wanted: tuple[Role, ...]) -> None:
        needed = " or ".join(f"{role} ({ROLES_IN_WORDS[role]})" for role in wanted)
        super().__init__(
            f"This needs the role {needed}. You are signed in as {person.name}, who {in_words(person.roles)}. "
            "An admin of your newsroom can give you the role."
        )


def requires_person(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Require a signed-in person who may do what one of these roles allows. Without roles, any signed-in person may.

    A browser without a session is sent to the sign-in page and comes back afterwards. A person without the role gets
    WrongRoleError (403). If the route has a `site` that the person does not
    work for, UnknownSiteError (404) is raised, as for a site that does not exist. Put this directly below the route.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if find_signed_in() is None:
                return cast("R", redirect_to_sign_in())
            person = current_person()
            if roles and not person.may(*roles):
                raise WrongRoleError(person, roles)
            _admit_to_site(person)
            return view(*args, **kwargs)

        return guarded

    return decorate


def requires_fresh_sign_in(view: Callable[P, R]) -> Callable[P, R]:
    """Require that the person proved who they are within the last minutes: 15 for a page, 30 for a form it sends.

    If not, the person signs in again and comes back to the page. Put this below `requires_person`. A service on this
    machine alone, to try out, may offer no way to prove anything again; then the first proof counts.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        age = FRESH_FOR if request.method in SAFE_METHODS else FORM_FRESH_FOR
        is_fresh = current_session().is_fresh_at(current_services().clock(), age)
        if not is_fresh and _can_prove_again():
            return cast("R", redirect_to_sign_in(is_again=True))
        return view(*args, **kwargs)

    return guarded


def current_person() -> Person:
    """Return the person of this request, in a view that `requires_person` protects."""
    return _signed_in()[1]


def current_session() -> Session:
    """Return the session of this request, in a view that `requires_person` protects."""
    return _signed_in()[0]


def find_signed_in() -> Person | None:
    """Return the person who is signed in in this browser, or None. The session is looked up once in a request."""
    if _FOUND not in request.environ:
        services = current_services()
        secret = request.cookies.get(cookie_name(is_https=services.settings.is_https))
        request.environ[_FOUND] = verify_session(services.engine, secret, services.clock()) if secret else None
    return current_person() if request.environ[_FOUND] else None


def _signed_in() -> tuple[Session, Person]:
    return cast("tuple[Session, Person]", request.environ[_FOUND])


def cookie_name(*, is_https: bool) -> str:
    """Return the name of the cookie. Browsers accept the prefix only from this host, over https, for all paths."""
    return f"__Host-{COOKIE}" if is_https else COOKIE


def keep_session(response: Response, new: NewSession) -> None:
    """Put the cookie of a new session into a response."""
    is_https = current_services().settings.is_https
    response.set_cookie(
        cookie_name(is_https=is_https),
        new.secret,
        max_age=VALID_FOR,
        path="/",
        secure=is_https,
        httponly=True,
        samesite="Lax",
    )


def drop_session(response: Response) -> None:
    """Remove the cookie of the session from the browser."""
    is_https = current_services().settings.is_https
    name = cookie_name(is_https=is_https)
    response.delete_cookie(name, path="/", secure=is_https, httponly=True, samesite="Lax")


def redirect_to_sign_in(*, is_again: bool = False) -> Response:
    """Send the browser to the sign-in page, from which it comes back.

    After a form it comes back to the page that showed the form, because a redirect cannot repeat what was sent. A part
    of a page that a script asked for becomes a sentence with a link to another tab, so that what was typed stays.
    """
    if "HX-Request" in request.headers:
        return Response(SIGNED_OUT, HTTPStatus.UNAUTHORIZED, mimetype="text/html")
    if request.method in SAFE_METHODS:
        back = request.full_path.rstrip("?")
    else:
        origin = current_services().settings.public_origin
        page = request.headers.get("Referer", "")
        back = page.removeprefix(origin) if page.startswith(f"{origin}/") else "/console"
    again = "&again=1" if is_again else ""
    return redirect(f"{SIGN_IN}?next={quote(back, safe='/')}{again}", HTTPStatus.SEE_OTHER)


def leads_to_sign_in(response: Response) -> bool:
    """Return whether a response sends the browser away to prove who the person is."""
    return response.status_code == HTTPStatus.SEE_OTHER and (response.location or "").startswith(f"{SIGN_IN}?next=")


def _can_prove_again() -> bool:
    """Return whether people can prove who they are without a new one-time link."""
    services = current_services()
    return party(services).is_possible or provider_of(services.settings) is not None


def _admit_to_site(person: Person) -> None:
    site = (request.view_args or {}).get("site")
    if site is not None and not person.may_see(site):
        raise UnknownSiteError(f"there is no site {site}")
