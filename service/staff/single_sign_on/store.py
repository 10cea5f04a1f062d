"""The table of identities: which person a subject of the newsroom's provider is."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.people import Person
from service.staff.store import person_of, staff_people

staff_identities = Table(
    "staff_identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person_id", Text, ForeignKey(staff_people.c.person_id), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    UniqueConstraint("person_id", "issuer"),
)


def find_person_by_identity(connection: Connection, issuer: str, subject: str) -> Person | None:
    """Return the person with this identity, also if disabled, or None."""
    table = staff_identities
    statement = select(staff_people).join(table).where(table.c.issuer == issuer, table.c.subject == subject)
    row = connection.execute(statement).one_or_none()
    return None if row is None else person_of(row)


def insert_identity(connection: Connection, issuer: str, subject: str, person_id: str, now: datetime) -> bool:
    """Store that a subject is this person. Return False if the person is known to the issuer as another subject."""
    row = insert(staff_identities).values(issuer=issuer, subject=subject, person_id=person_id, created_at=now)
    statement = row.on_conflict_do_nothing().returning(staff_identities.c.person_id)
    return connection.execute(statement).one_or_none() is not None


def has_identity(connection: Connection, issuer: str, person_id: str) -> bool:
    """Return whether a person has signed in at this issuer before."""
    table = staff_identities
    statement = select(table.c.subject).where(table.c.issuer == issuer, table.c.person_id == person_id)
    return connection.execute(statement).first() is not None
