"""The table of invitations: the hash of each one-time link, and when the link ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, select, update
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.invitations import Invitation
from service.staff.store import staff_people

staff_invitations = Table(
    "staff_invitations",
    metadata,
    Column("invitation_id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey(staff_people.c.person_id), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT),
    UniqueConstraint("digest"),
    Index(None, "person_id"),
)


def insert_invitation(connection: Connection, invitation: Invitation) -> None:
    """Store a new invitation."""
    connection.execute(
        insert(staff_invitations).values(
            invitation_id=invitation.id,
            person_id=invitation.person_id,
            digest=invitation.digest,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )
    )


def find_invitation(connection: Connection, digest: bytes) -> Invitation | None:
    """Return the invitation with this hash, also if it has ended, or None."""
    row = connection.execute(select(staff_invitations).where(staff_invitations.c.digest == digest)).one_or_none()
    return None if row is None else _invitation(row)


def use_invitation(connection: Connection, digest: bytes, now: datetime) -> Invitation | None:
    """End the valid invitation with this hash and return it, or None. Of two uses at once, only the first gets it."""
    table = staff_invitations
    is_valid = (table.c.digest == digest) & table.c.ended_at.is_(None) & (table.c.expires_at > now)
    row = connection.execute(update(table).where(is_valid).values(ended_at=now).returning(table)).one_or_none()
    return None if row is None else _invitation(row)


def end_invitations(connection: Connection, person_id: str, now: datetime) -> None:
    """End all invitations of a person that are still open."""
    table = staff_invitations
    statement = update(table).where(table.c.person_id == person_id, table.c.ended_at.is_(None))
    connection.execute(statement.values(ended_at=now))


def _invitation(row: Any) -> Invitation:
    return Invitation(row.invitation_id, row.person_id, bytes(row.digest), row.created_at, row.expires_at, row.ended_at)
