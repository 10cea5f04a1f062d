"""Invite people, and sign them in with the one-time link."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from service.database.transaction import committed
from service.errors import ConflictError, DomainError, NotFoundError
from service.ids import new_id
from service.services import Services
from service.staff.invitation_store import end_invitations, find_invitation, insert_invitation, use_invitation
from service.staff.invitations import VALID_FOR, Invitation, InvitationOverError
from service.staff.people import Person, Role
from service.staff.record_store import write_record
from service.staff.secret import digest_of, digest_of_unknown, new_secret
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import NewSession, begin_session
from service.staff.store import find_person, find_person_by_email, insert_person, lock_person, update_person

MAX_EMAIL_CHARACTERS = 254
MAX_NAME_CHARACTERS = 100


class InvalidPersonError(DomainError):
    """A name, an address or the roles of a person cannot be used."""

    code = "invalid_person"


class KnownPersonError(ConflictError):
    """A person with this address is in the list of people already."""

    code = "known_person"


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to be invited. `name` empty: the part of the address before the `@`. `sites` None: all sites."""

    email: str
    roles: frozenset[Role]
    sites: frozenset[str] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invited person with the address of the one-time link, which is shown once."""

    person: Person
    expires_at: datetime
    link: str = field(repr=False)


def invite(services: Services, wish: Wish, inviter: Person) -> NewInvitation:
    """Save a person and return a one-time link for them.

    A person who is known gets the roles and sites of the wish, is enabled again, and the older links end. Raise
    InvalidPersonError if the wish cannot be used.
    """
    return invite_to(services.engine, services.settings.public_url, wish, inviter, services.clock())


def invite_to(engine: Engine, public_url: str, wish: Wish, inviter: Person, now: datetime) -> NewInvitation:
    """Save a person and return a one-time link to the service at `public_url`. Raise what `invite` raises."""
    with committed(engine) as connection:
        known = find_person_by_email(connection, read_email(wish.email))
        if known is None:
            person = _insert(connection, wish, inviter, now)
        else:
            name = read_name(wish.name) if wish.name else known.name
            person = replace(known, name=name, roles=wish.roles, sites=wish.sites, disabled_at=None)
            update_person(connection, person)
            _record(connection, "invite_again", person, inviter, now)
        return _new_link(connection, public_url, person, now)


def add_person(services: Services, wish: Wish, inviter: Person) -> Person:
    """Save a person who is not known yet, without a link. Raise InvalidPersonError or KnownPersonError."""
    with committed(services.engine) as connection:
        return _insert(connection, wish, inviter, services.clock())


def renew_link(services: Services, person_id: str, inviter: Person) -> NewInvitation:
    """Return a one-time link for a person who is known. It replaces the older links.

    Raise NotFoundError if there is no such person, or if the person is disabled.
    """
    now = services.clock()
    with committed(services.engine) as connection:
        person = lock_person(connection, person_id)
        if person is None or person.disabled_at is not None:
            raise NotFoundError("There is no such person, or they are disabled.")
        invitation = _new_link(connection, services.settings.public_url, person, now)
        write_record(connection, inviter, "make_link", person.name, {"email": person.email}, now)
    return invitation


def invited_person(services: Services, token: str) -> Person:
    """Return the person for whom a one-time link is, without using it up.

    Raise InvitationOverError if the link cannot be used.
    """
    digest, now = digest_of_unknown(token), services.clock()
    with committed(services.engine) as connection:
        invitation = find_invitation(connection, digest) if digest else None
        person = find_person(connection, invitation.person_id) if invitation else None
    if invitation is None or not invitation.is_valid_at(now) or person is None or person.disabled_at is not None:
        raise InvitationOverError
    return person


def sign_in_with_link(services: Services, token: str, user_agent: str) -> NewSession:
    """Use up a one-time link and begin a session. Raise InvitationOverError if the link cannot be used."""
    digest, now = digest_of_unknown(token), services.clock()
    with committed(services.engine) as connection:
        invitation = use_invitation(connection, digest, now) if digest else None
        person = find_person(connection, invitation.person_id) if invitation else None
        if person is None or person.disabled_at is not None:
            raise InvitationOverError
        return begin_session(connection, person, SignIn(Proof.LINK, user_agent), now)


def read_email(text: str) -> str:
    """Return an e-mail address in lower case. Raise InvalidPersonError if it cannot be an address."""
    email = text.strip().lower()
    user, _, host = email.rpartition("@")
    if not (user and "." in host) or len(email) > MAX_EMAIL_CHARACTERS or not email.isprintable() or " " in email:
        raise InvalidPersonError("an e-mail address looks like ana@courier.example")
    return email


def read_name(text: str) -> str:
    """Return a name without spaces around it. Raise InvalidPersonError if it is empty, too long or unprintable."""
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise InvalidPersonError(f"a name has 1 to {MAX_NAME_CHARACTERS} characters, all in one line")
    return name


def _insert(connection: Connection, wish: Wish, inviter: Person, now: datetime) -> Person:
    email = read_email(wish.email)
    name = read_name(wish.name or email.partition("@")[0])
    if not wish.roles:
        raise InvalidPersonError("a person needs at least one role")
    person = Person(new_id("per"), name, email, wish.roles, wish.sites)
    if not insert_person(connection, person, now):
        raise KnownPersonError(f"{email} is in the list of people already")
    _record(connection, "invite_person", person, inviter, now)
    return person


def _record(connection: Connection, act: str, person: Person, inviter: Person, now: datetime) -> None:
    sites = None if person.sites is None else sorted(person.sites)
    details = {"email": person.email, "roles": sorted(person.roles), "sites": sites}
    write_record(connection, inviter, act, person.name, details, now)


def _new_link(connection: Connection, public_url: str, person: Person, now: datetime) -> NewInvitation:
    """Store an invitation that replaces the earlier ones of this person. Return it with its link."""
    token = new_secret()
    end_invitations(connection, person.id, now)
    invitation = Invitation(new_id("inv"), person.id, digest_of(token), now, now + VALID_FOR)
    insert_invitation(connection, invitation)
    return NewInvitation(person, invitation.expires_at, f"{public_url}/console/sign-in/{token}")
