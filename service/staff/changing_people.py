"""Change what people may do, and disable people who have left. The last admin stays."""

from dataclasses import replace

from sqlalchemy import Connection

from service.database.transaction import committed
from service.errors import ConflictError, ForbiddenError, NotFoundError
from service.services import Services
from service.staff.invitation_store import end_invitations
from service.staff.people import Person, Role
from service.staff.record_store import write_record
from service.staff.session_store import revoke_sessions
from service.staff.store import lock_people, update_person


class LastAdminError(ConflictError):
    """After the change there would be no admin who can sign in."""

    code = "last_admin"


class OtherSitesError(ForbiddenError):
    """An admin of some sites wants to manage a person who works, or would work, for other sites."""

    code = "other_sites"


def manages(admin: Person, sites: frozenset[str] | None) -> bool:
    """Return whether an admin may manage people who work for these sites (None: all sites)."""
    return admin.sites is None or (sites is not None and sites <= admin.sites)


def require_manages(admin: Person, sites: frozenset[str] | None) -> None:
    """Raise OtherSitesError if an admin may not manage people who work for these sites."""
    if not manages(admin, sites):
        raise OtherSitesError(f"You can manage people of {', '.join(sorted(admin.sites or ()))} only.")


def change_person(services: Services, changed: Person, by: Person) -> Person:
    """Store the name, the roles and the sites of a person. They count from the person's next page on.

    Raise NotFoundError if there is no such person, OtherSitesError if `by` may not manage them, and LastAdminError.
    """
    now = services.clock()
    with committed(services.engine) as connection:
        before = _managed(connection, changed.id, by)
        require_manages(by, changed.sites)
        after = replace(before, name=changed.name, roles=changed.roles, sites=changed.sites)
        if after != before:
            _store(connection, after)
            details = {"before": described(before), "after": described(after)}
            write_record(connection, by, "change_person", after.name, details, now)
    return after


def disable_person(services: Services, person_id: str, by: Person) -> Person:
    """Keep a person from signing in, and end their sessions and links at once. Raise the errors of `change_person`."""
    now = services.clock()
    with committed(services.engine) as connection:
        person = replace(_managed(connection, person_id, by), disabled_at=now)
        _store(connection, person)
        revoke_sessions(connection, person.id, now)
        end_invitations(connection, person.id, now)
        write_record(connection, by, "disable_person", person.name, {"email": person.email}, now)
    return person


def enable_person(services: Services, person_id: str, by: Person) -> Person:
    """Let a disabled person sign in again. Raise NotFoundError or OtherSitesError."""
    now = services.clock()
    with committed(services.engine) as connection:
        person = replace(_managed(connection, person_id, by), disabled_at=None)
        update_person(connection, person)
        write_record(connection, by, "enable_person", person.name, {"email": person.email}, now)
    return person


def described(person: Person) -> dict[str, object]:
    """Return what the record says about a person."""
    sites = None if person.sites is None else sorted(person.sites)
    return {"name": person.name, "roles": sorted(person.roles), "sites": sites}


def _managed(connection: Connection, person_id: str, by: Person) -> Person:
    """Return a person for a change, with all people locked, so that two admins cannot remove each other at once."""
    people = {person.id: person for person in lock_people(connection)}
    if person_id not in people:
        raise NotFoundError("There is no such person.")
    require_manages(by, people[person_id].sites)
    return people[person_id]


def _store(connection: Connection, person: Person) -> None:
    update_person(connection, person)
    if not any(other.disabled_at is None and Role.ADMIN in other.roles for other in lock_people(connection)):
        raise LastAdminError("At least one admin must remain. Make somebody else an admin first.")
