"""`/console/supporters`: find a supporter, show all that is held and why, download it, and erase it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import flask
from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.console.frame import own_sites, screen
from service.console.screens.money.scope import list_scope
from service.console.screens.supporters.download import held_document
from service.console.screens.supporters.reasons import by_reason
from service.console.words import counted
from service.contributions.erasure_store import list_erasures
from service.contributions.forget import forget_contributor, forget_signed_in_reader, is_erasure_of
from service.contributions.held.sections import HeldData
from service.contributions.held.store import held_about
from service.contributions.search.query import IdQuery, parse_query
from service.contributions.search.store import FoundContribution, find_contributions
from service.database.transaction import committed, connected
from service.errors import DomainError, ForbiddenError
from service.services import current_services
from service.staff.api import current_person, requires_fresh_sign_in, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record
from service.stripe_events.body_store import sealed_bodies
from service.stripe_events.retention import open_body

KEY = "supporters"
SHOWN = 50

blueprint = flask.Blueprint(
    "console_supporters", __name__, url_prefix="/console/supporters", template_folder="templates"
)


@blueprint.get("")
@requires_person(Role.FINANCE)
def find() -> ResponseReturnValue:
    """Find supporters, and show who was erased."""
    return _find_screen({})


@blueprint.get("/<contribution_id>")
@requires_person(Role.FINANCE)
def show_held(contribution_id: str) -> ResponseReturnValue:
    """Show everything that is held about the supporter of a contribution, and why."""
    return _held_screen(contribution_id, {})


@blueprint.get("/<contribution_id>/data.json")
@requires_person(Role.FINANCE)
def download(contribution_id: str) -> ResponseReturnValue:
    """Send everything that is held as a file to hand over."""
    services, held = current_services(), _own_held(contribution_id)
    event_ids = [
        str(row["id"]) for section in held.sections if section.name == "Events of Stripe" for row in section.rows
    ]
    with committed(services.engine) as connection:
        sealed = sealed_bodies(connection, event_ids)
        _record(connection, "download_supporter_data", contribution_id, {"sections": len(held.sections)})
    opened = {event_id: open_body(services.keys, body) for event_id, body in sealed}
    texts = {event_id: json.loads(body) for event_id, body in opened.items() if body is not None}
    response = Response(held_document(held, texts, services.clock()), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="supporter-{contribution_id}.json"'
    return response


@blueprint.post("/<contribution_id>/erase")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def erase(contribution_id: str) -> ResponseReturnValue:
    """Erase a supporter: their personal data here, in stored events, and at Stripe."""
    services, person, held = current_services(), current_person(), _own_held(contribution_id)
    if held.address is None:
        return _held_screen(contribution_id, {"address": "This supporter has been erased already."}), 409
    if request.form.get("address", "").strip().casefold() != held.address.casefold():
        errors = {"address": "Write the address of the supporter as it is shown above."}
        return _held_screen(contribution_id, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        forgotten = forget_contributor(services, held.address, by=person.name)
    except DomainError as error:
        return _held_screen(contribution_id, {"address": _sentence(error)}), HTTPStatus.CONFLICT
    with committed(services.engine) as connection:
        details = {"contributions": forgotten.contribution_count, "events": forgotten.body_count}
        _record(connection, "erase_supporter", contribution_id, details)
    told = (
        counted(forgotten.contribution_count, "contribution"),
        f"{counted(forgotten.customer_count, 'customer')} at Stripe",
        counted(forgotten.body_count, "stored event"),
    )
    flash(f"Erased: {', '.join(told)}. What stays is below.")
    return redirect(url_for("console_supporters.show_held", contribution_id=contribution_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/readers")
@requires_person(Role.FINANCE)
@requires_fresh_sign_in
def erase_reader() -> ResponseReturnValue:
    """Erase what is stored about a signed-in reader, by the publication's own id of the reader."""
    services, site, reader_id = current_services(), request.form.get("site", ""), request.form.get("reader_id", "")
    if site not in {own.key for own in own_sites()} or not reader_id.strip():
        errors = {"reader_id": "Choose a site and write the id of the reader."}
        return _find_screen(errors), HTTPStatus.UNPROCESSABLE_ENTITY
    was_stored = forget_signed_in_reader(services, site, reader_id.strip(), by=current_person().name)
    with committed(services.engine) as connection:
        _record(connection, "erase_reader", f"a reader of {site}", {"was_stored": was_stored})
    flash("The reader is erased." if was_stored else "Nothing was held about this reader.")
    return redirect(url_for("console_supporters.find"), HTTPStatus.SEE_OTHER)


class OtherSiteError(ForbiddenError):
    """The supporter has contributions to a site that the person does not work for."""

    code = "other_site"


def _find_screen(errors: Mapping[str, str]) -> str:
    services, text = current_services(), request.args.get("q", "").strip()
    with connected(services.engine) as connection:
        scope = list_scope(current_person(), limit=SHOWN)
        found = find_contributions(connection, parse_query(text), scope) if text else []
        erasures = list_erasures(connection)[::-1]
    matching = [erasure for erasure in erasures if "@" in text and is_erasure_of(services, erasure, text)]
    return screen(
        "supporters/find.html",
        KEY,
        "About whom do you need to know what is held?",
        query=text,
        people=_by_address(found),
        erasures=erasures[:SHOWN],
        matching=matching,
        site_choices=[(site.key, site.name) for site in own_sites()],
        errors=errors,
        zone=services.settings.accounting_zone,
    )


def _held_screen(contribution_id: str, errors: Mapping[str, str]) -> str:
    held = _own_held(contribution_id)
    who = "an erased supporter" if held.is_forgotten else ", ".join(held.names) or held.address or contribution_id
    return screen(
        "supporters/held.html",
        KEY,
        f"What is held about {who}, and why?",
        held=held,
        reasons=by_reason(held),
        chosen_section=request.args.get("section", ""),
        contribution_id=contribution_id,
        errors=errors,
        zone=current_services().settings.accounting_zone,
    )


def _own_held(contribution_id: str) -> HeldData:
    """Return what is held. Answer 404 if there is no such contribution, or if the person does not work for its site."""
    with connected(current_services().engine) as connection:
        own = find_contributions(connection, IdQuery(contribution_id), list_scope(current_person(), limit=1))
        held = held_about(connection, contribution_id) if own and own[0].id == contribution_id else None
    if held is None:
        abort(HTTPStatus.NOT_FOUND)
    if not all(current_person().may_see(row["site"]) for row in held.section("Contributions").rows):
        raise OtherSiteError("this supporter also supports a site that you do not work for; ask a colleague who does")
    return held


def _by_address(found: list[FoundContribution]) -> list[tuple[FoundContribution, int]]:
    """Return the newest contribution of each person, with how many of theirs were found."""
    people: dict[str, list[FoundContribution]] = {}
    for contribution in found:
        people.setdefault((contribution.email or contribution.id).casefold(), []).append(contribution)
    return [(own[0], len(own)) for own in people.values()]


def _record(connection: Any, act: str, subject: str, details: Mapping[str, Any]) -> None:
    write_record(connection, current_person(), act, subject, details, current_services().clock())


def _sentence(error: DomainError) -> str:
    text = error.title
    return f"{text[:1].upper()}{text[1:]}."
