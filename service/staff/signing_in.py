"""Begin, check and end the sessions of people."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from service.database.transaction import committed
from service.ids import new_id
from service.services import Services
from service.staff.people import Person
from service.staff.record_store import write_record
from service.staff.secret import digest_of, digest_of_unknown, new_secret
from service.staff.session_store import find_session, insert_session, note_seen, revoke_session, revoke_sessions
from service.staff.sessions import SEEN_EVERY, VALID_FOR, Session, SignIn, browser_in_words


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just begun, with the value of its cookie, which is not stored."""

    session: Session
    person: Person
    secret: str = field(repr=False)


def begin_session(connection: Connection, person: Person, sign_in: SignIn, now: datetime) -> NewSession:
    """Store a new session of a person who has proved who they are, and write it into the record.

    Every sign-in begins a session with a new secret, so a cookie that was planted before gives no access.
    """
    secret = new_secret()
    browser, proved_at = browser_in_words(sign_in.user_agent), sign_in.proved_at or now
    session = Session(new_id("ses"), person.id, sign_in.proof, browser, now, proved_at, now, now + VALID_FOR)
    insert_session(connection, session, digest_of(secret))
    write_record(connection, person, "sign_in", person.name, {"proof": sign_in.proof, "browser": browser}, now)
    return NewSession(session, person, secret)


def verify_session(engine: Engine, secret: str, now: datetime) -> tuple[Session, Person] | None:
    """Return the valid session with this cookie and its person, or None. Note the use, at most once a minute.

    The session of a disabled person is not valid.
    """
    digest = digest_of_unknown(secret)
    if digest is None:
        return None
    with committed(engine) as connection:
        found = find_session(connection, digest)
        if found is None:
            return None
        session, person = found
        if not session.is_valid_at(now) or person.disabled_at is not None:
            return None
        if now - session.last_seen_at >= SEEN_EVERY:
            note_seen(connection, session.id, now)
    return session, person


def replace_session(services: Services, session: Session) -> None:
    """End a session in whose browser a newer one has begun."""
    with committed(services.engine) as connection:
        revoke_session(connection, session.id, session.person_id, services.clock())


def sign_out(services: Services, session: Session, person: Person) -> None:
    """End the session of a person who signs out."""
    now = services.clock()
    with committed(services.engine) as connection:
        if revoke_session(connection, session.id, person.id, now):
            write_record(connection, person, "sign_out", person.name, {"browser": session.browser}, now)


def end_session(services: Services, session_id: str, owner: Person, by: Person) -> bool:
    """End a session of `owner`. Return False if `owner` has no such valid session."""
    now = services.clock()
    with committed(services.engine) as connection:
        is_ended = revoke_session(connection, session_id, owner.id, now) > 0
        if is_ended:
            write_record(connection, by, "end_session", owner.name, {"session": session_id}, now)
    return is_ended


def end_sessions(services: Services, owner: Person | None, by: Person) -> int:
    """End all sessions of a person, or of everybody if `owner` is None. Return how many were ended."""
    now = services.clock()
    with committed(services.engine) as connection:
        count = revoke_sessions(connection, owner.id if owner else None, now)
        if count:
            write_record(connection, by, "end_sessions", owner.name if owner else "everybody", {"count": count}, now)
    return count
