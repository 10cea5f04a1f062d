"""The table of sessions: the hash of each cookie, and when the session was begun, seen and ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.people import Person
from service.staff.sessions import IDLE_FOR, Proof, Session
from service.staff.store import person_of, staff_people

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey(staff_people.c.person_id), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("proof", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("signed_in_at", INSTANT, nullable=False),
    Column("last_seen_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT),
    UniqueConstraint("digest"),
    Index(None, "person_id"),
    CheckConstraint("proof IN ('link', 'passkey', 'oidc')", name="proof"),
)


def insert_session(connection: Connection, session: Session, digest: bytes) -> None:
    """Store a new session with the hash of its cookie."""
    connection.execute(
        insert(staff_sessions).values(
            session_id=session.id,
            person_id=session.person_id,
            digest=digest,
            proof=session.proof,
            browser=session.browser,
            created_at=session.created_at,
            signed_in_at=session.signed_in_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
        )
    )


def find_session(connection: Connection, digest: bytes) -> tuple[Session, Person] | None:
    """Return the session with this hash and its person, also if they have ended, or None."""
    people = staff_people.c
    columns = (people.name, people.email, people.roles, people.sites, people.disabled_at)
    statement = select(staff_sessions, *columns).join(staff_people).where(staff_sessions.c.digest == digest)
    row = connection.execute(statement).one_or_none()
    return None if row is None else (_session(row), person_of(row))


def note_seen(connection: Connection, session_id: str, now: datetime) -> None:
    """Save when a session was last used."""
    connection.execute(update(staff_sessions).where(staff_sessions.c.session_id == session_id).values(last_seen_at=now))


def open_sessions(connection: Connection, person_id: str, now: datetime) -> tuple[Session, ...]:
    """Return the sessions of a person that are still valid, the most recently used first."""
    statement = select(staff_sessions).where(*_valid(now), staff_sessions.c.person_id == person_id)
    rows = connection.execute(statement.order_by(staff_sessions.c.last_seen_at.desc(), staff_sessions.c.session_id))
    return tuple(_session(row) for row in rows)


def last_seen(connection: Connection) -> dict[str, datetime]:
    """Return when each person last used a session, by the id of the person."""
    table = staff_sessions
    rows = connection.execute(select(table.c.person_id, func.max(table.c.last_seen_at)).group_by(table.c.person_id))
    return {row[0]: row[1] for row in rows}


def revoke_session(connection: Connection, session_id: str, person_id: str, now: datetime) -> int:
    """End a valid session of this person. Return 1, or 0 if this person has no such valid session."""
    return _revoke(connection, now, staff_sessions.c.session_id == session_id, staff_sessions.c.person_id == person_id)


def revoke_sessions(connection: Connection, person_id: str | None, now: datetime) -> int:
    """End all valid sessions of a person, or of everybody. Return how many were ended."""
    return _revoke(connection, now, *(() if person_id is None else (staff_sessions.c.person_id == person_id,)))


def _revoke(connection: Connection, now: datetime, *conditions: Any) -> int:
    statement = update(staff_sessions).where(*_valid(now), *conditions)
    return connection.execute(statement.values(revoked_at=now)).rowcount


def _valid(now: datetime) -> tuple[Any, ...]:
    table = staff_sessions
    return table.c.revoked_at.is_(None), table.c.expires_at > now, table.c.last_seen_at > now - IDLE_FOR


def _session(row: Any) -> Session:
    return Session(
        row.session_id,
        row.person_id,
        Proof(row.proof),
        row.browser,
        row.created_at,
        row.signed_in_at,
        row.last_seen_at,
        row.expires_at,
        row.revoked_at,
    )
