"""The screens on which admins invite, change and disable people."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from service.console.frame import chosen_shape, file_of, own_sites, screen, table_file
from service.console.screens.people.form import ALL_SITES, PersonForm, form_of_person, read_person_form
from service.console.screens.people.signing_in_tables import sessions_table
from service.console.screens.people.table import people_table
from service.console.tables import TableShape
from service.database.transaction import committed
from service.errors import ConflictError
from service.services import current_services
from service.staff.agreeing import ask_for_agreement
from service.staff.agreements import AgreedAct, Wanted
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.changing_people import change_person, disable_person, enable_person, manages, require_manages
from service.staff.inviting import KnownPersonError, NewInvitation, Wish, add_person, renew_link
from service.staff.passkeys.store import passkeys_of
from service.staff.people import ROLES_IN_WORDS, Person, Role
from service.staff.session_store import last_seen, open_sessions
from service.staff.signing_in import end_session
from service.staff.store import find_person, list_people

blueprint = Blueprint("console_people", __name__, url_prefix="/console/people", template_folder="templates")


@blueprint.get("")
@requires_person(Role.ADMIN)
def show_all() -> str | Response:
    """List the people whom this admin manages."""
    services, admin = current_services(), current_person()
    with committed(services.engine) as connection:
        people, seen = list_people(connection), last_seen(connection)
    managed = [person for person in people if manages(admin, person.sites)]
    table = people_table(managed, seen, services.clock(), services.settings.accounting_zone)
    if chosen_shape() is not TableShape.PAGE:
        return table_file(table)
    return screen("people/list.html", "people", "Who works with this console?", table=table)


@blueprint.get("/invite")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def invitation() -> Response:
    """Show the form of an invitation."""
    return _show_invitation(PersonForm())


@blueprint.post("/invite")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def invite() -> Response:
    """Add a person and show their one-time link, or ask a second admin if the person is to be an admin."""
    services, admin = current_services(), current_person()
    form = read_person_form(request.form.to_dict(flat=False))
    if form.errors:
        return _show_invitation(form)
    wish = form.wish()
    require_manages(admin, wish.sites)
    if _waits_for_agreement(wish, is_new_admin=Role.ADMIN in wish.roles):
        return redirect(url_for("console_agreements.show_all"), HTTPStatus.SEE_OTHER)
    try:
        person = add_person(services, wish, admin)
    except KnownPersonError:
        problem = "A person with this address is in the list already. Open their page to change them or for a new link."
        return _show_invitation(
            PersonForm(form.name, form.email, form.roles, form.reach, form.sites, {"email": problem})
        )
    return _show_link(renew_link(services, person.id, admin))


@blueprint.get("/<person_id>")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def show(person_id: str) -> Response:
    """Show a person, their sessions, and the form to change them."""
    person = _managed(person_id)
    return _show_person(person, form_of_person(person))


@blueprint.post("/<person_id>")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def change(person_id: str) -> Response:
    """Change the name, roles and sites of a person, or ask a second admin if the person becomes an admin."""
    person = _managed(person_id)
    form = read_person_form(request.form.to_dict(flat=False), person.email)
    if form.errors:
        return _show_person(person, form)
    wish, admin = form.wish(), current_person()
    require_manages(admin, wish.sites)
    is_new_admin = Role.ADMIN in wish.roles and Role.ADMIN not in person.roles
    if _waits_for_agreement(wish, is_new_admin=is_new_admin):
        return redirect(url_for("console_agreements.show_all"), HTTPStatus.SEE_OTHER)
    changed = Person(person.id, wish.name, person.email, wish.roles, wish.sites)
    try:
        change_person(current_services(), changed, admin)
    except ConflictError as error:
        return _show_person(
            person, PersonForm(form.name, form.email, form.roles, form.reach, form.sites, {"roles": error.title})
        )
    flash(f"{wish.name} was changed. It counts from their next page on.")
    return redirect(url_for("console_people.show", person_id=person_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<person_id>/link")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def new_link(person_id: str) -> Response:
    """Make a new one-time link for a person, and show it once."""
    return _show_link(renew_link(current_services(), _managed(person_id).id, current_person()))


@blueprint.post("/<person_id>/disable")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def disable(person_id: str) -> Response:
    """Disable a person who has left."""
    person = _managed(person_id)
    try:
        disable_person(current_services(), person.id, current_person())
    except ConflictError as error:
        flash(error.title, "error")
    else:
        flash(f"{person.name} is disabled and signed out everywhere.")
    return redirect(url_for("console_people.show", person_id=person_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<person_id>/enable")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def enable(person_id: str) -> Response:
    """Let a disabled person sign in again."""
    person = enable_person(current_services(), _managed(person_id).id, current_person())
    flash(f"{person.name} can sign in again.")
    return redirect(url_for("console_people.show", person_id=person_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<person_id>/sessions/<session_id>/end")
@requires_person(Role.ADMIN)
@requires_fresh_sign_in
def end(person_id: str, session_id: str) -> Response:
    """End a session of a person."""
    person = _managed(person_id)
    if not end_session(current_services(), session_id, person, current_person()):
        abort(HTTPStatus.NOT_FOUND)
    flash(f"{person.name} is signed out in that browser.")
    return redirect(url_for("console_people.show", person_id=person_id), HTTPStatus.SEE_OTHER)


def _managed(person_id: str) -> Person:
    """Return a person. Answer 404 if there is none, or if this admin does not manage them."""
    with committed(current_services().engine) as connection:
        person = find_person(connection, person_id)
    return person if person is not None and manages(current_person(), person.sites) else abort(HTTPStatus.NOT_FOUND)


def _waits_for_agreement(wish: Wish, *, is_new_admin: bool) -> bool:
    if not is_new_admin:
        return False
    sites = None if wish.sites is None else sorted(wish.sites)
    details = {"email": wish.email.strip().lower(), "name": wish.name, "roles": sorted(wish.roles), "sites": sites}
    wanted = Wanted(AgreedAct.ADD_ADMIN, wish.name, details)
    if ask_for_agreement(current_services(), current_person(), wanted) is None:
        return False
    flash(f"Another admin must agree before {wish.name} becomes an admin. Nothing has changed yet.")
    return True


def _show_invitation(form: PersonForm) -> Response:
    html = screen("people/invite.html", "people", "Whom do you invite?", form=form, **_choices(form))
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _show_person(person: Person, form: PersonForm) -> Response:
    services = current_services()
    with committed(services.engine) as connection:
        sessions = open_sessions(connection, person.id, services.clock())
        passkeys = passkeys_of(connection, person.id)
    values: dict[str, Any] = {
        "shown": person,
        "form": form,
        "sessions": sessions,
        "passkeys": passkeys,
        **_choices(form),
    }
    zone = services.settings.accounting_zone
    file = file_of(sessions_table(sessions, services.clock(), zone)) if request.method == "GET" else None
    if file is not None:
        return file
    html = screen("people/person.html", "people", f"What may {person.name} do?", zone=zone, **values)
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _show_link(made: NewInvitation) -> Response:
    zone = current_services().settings.accounting_zone
    return make_response(screen("people/link.html", "people", f"A link for {made.person.name}", made=made, zone=zone))


def _choices(form: PersonForm) -> dict[str, Any]:
    """Return the roles and sites that the form offers. A site that exists no more is offered if it was chosen."""
    names = {key: key for key in form.sites} | {site.key: site.name for site in own_sites()}
    may_choose_all = current_person().sites is None
    return {
        "roles_in_words": ROLES_IN_WORDS,
        "site_names": names,
        "may_choose_all": may_choose_all,
        "has_all": form.reach == ALL_SITES,
    }
