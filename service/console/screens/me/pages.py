"""The page on which people see and change how they themselves sign in."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from service.console.frame import file_of, screen
from service.console.screens.people.signing_in_tables import passkeys_table, sessions_table
from service.database.transaction import committed
from service.errors import ConflictError, DomainError
from service.services import current_services
from service.staff.api import current_person, current_session, requires_fresh_sign_in, requires_person
from service.staff.passkeys.passkey import MAX_NAME_CHARACTERS
from service.staff.passkeys.store import passkeys_of
from service.staff.passkeys.using import begin_making, keep_passkey, party, remove_passkey
from service.staff.people import ROLES_IN_WORDS
from service.staff.session_store import open_sessions
from service.staff.sessions import browser_in_words
from service.staff.signing_in import end_session
from service.staff.single_sign_on.using import can_sign_in_at_provider

blueprint = Blueprint("console_me", __name__, url_prefix="/console/me", template_folder="templates")


@blueprint.get("")
@requires_person()
def show() -> str | Response:
    """Show a person their roles, passkeys and sessions."""
    services, person = current_services(), current_person()
    with committed(services.engine) as connection:
        passkeys = passkeys_of(connection, person.id)
        sessions = open_sessions(connection, person.id, services.clock())
    zone = services.settings.accounting_zone
    now = services.clock()
    file = file_of(sessions_table(sessions, now, zone), passkeys_table(passkeys, now, zone))
    if file is not None:
        return file
    return screen(
        "me/show.html",
        "me",
        "How do you sign in?",
        passkeys=passkeys,
        sessions=sessions,
        own_session=current_session(),
        can_make_passkey=party(services).is_possible,
        roles_in_words=ROLES_IN_WORDS,
        zone=zone,
    )


@blueprint.get("/passkeys/new")
@requires_person()
@requires_fresh_sign_in
def new_passkey() -> Response:
    """Ask a person to make a passkey."""
    return _ask_for_passkey()


@blueprint.post("/passkeys/new")
@requires_person()
@requires_fresh_sign_in
def make_passkey() -> Response:
    """Store the passkey that the browser has made."""
    form = request.form
    name = form.get("name", "")
    try:
        made = keep_passkey(
            current_services(), current_person(), name, form.get("challenge", ""), form.get("answer", "")
        )
    except DomainError as error:
        return _ask_for_passkey(error, name)
    flash(f"You can now sign in with the passkey “{made.name}”.")
    return redirect(url_for("console_me.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/passkeys/<passkey_id>/remove")
@requires_person()
@requires_fresh_sign_in
def remove(passkey_id: str) -> Response:
    """Remove an own passkey."""
    services, person = current_services(), current_person()
    try:
        remove_passkey(services, person, passkey_id, has_other_way=can_sign_in_at_provider(services, person))
    except ConflictError as error:
        flash(error.title, "error")
    else:
        flash("The passkey was removed. It signs you in no more.")
    return redirect(url_for("console_me.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/sessions/<session_id>/end")
@requires_person()
def end(session_id: str) -> Response:
    """End an own session in another browser."""
    person = current_person()
    if not end_session(current_services(), session_id, person, person):
        abort(HTTPStatus.NOT_FOUND)
    flash("You are signed out in that browser.")
    return redirect(url_for("console_me.show"), HTTPStatus.SEE_OTHER)


def _ask_for_passkey(error: DomainError | None = None, name: str = "") -> Response:
    services = current_services()
    if not party(services).is_possible:
        abort(HTTPStatus.NOT_FOUND)
    html = screen(
        "me/new_passkey.html",
        "me",
        "Make a passkey",
        ceremony=begin_making(services, current_person()),
        name=name or browser_in_words(request.headers.get("User-Agent", "")),
        name_limit=MAX_NAME_CHARACTERS,
        error=error,
    )
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)
