"""Make a person an admin, after a second admin has agreed."""

from dataclasses import replace

from service.database.transaction import committed
from service.services import Services
from service.staff.agreements import AgreementRequest
from service.staff.changing_people import change_person
from service.staff.inviting import Wish, add_person
from service.staff.people import Person, Role
from service.staff.store import find_person_by_email


def make_admin(services: Services, request: AgreementRequest, requester: Person) -> str:
    """Add the admin whom the request names, or change a person who is known. Return a sentence about what was done."""
    details = request.wanted.details
    email, name = str(details["email"]), str(details["name"])
    roles = frozenset(Role(role) for role in details["roles"])
    sites = None if details["sites"] is None else frozenset(details["sites"])
    with committed(services.engine) as connection:
        known = find_person_by_email(connection, email)
    if known is not None:
        change_person(services, replace(known, name=name, roles=roles, sites=sites), requester)
        return f"{name} is an admin now."
    add_person(services, Wish(email, roles, sites, name), requester)
    return f"{name} is an admin now, and still needs a one-time link from the screen People."
