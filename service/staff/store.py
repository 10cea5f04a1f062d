"""The table of people. A person is never deleted, because the record names them; a person who left is disabled."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, Connection, Table, Text, UniqueConstraint, select, update
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.people import Person, Role

staff_people = Table(
    "staff_people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("sites", ARRAY(Text)),
    Column("created_at", INSTANT, nullable=False),
    Column("disabled_at", INSTANT),
    UniqueConstraint("email"),
    CheckConstraint(
        "cardinality(roles) > 0 AND roles <@ ARRAY['viewer', 'editor', 'publisher', 'finance', 'admin']", name="roles"
    ),
    CheckConstraint("email = lower(email)", name="email"),
)


def insert_person(connection: Connection, person: Person, now: datetime) -> bool:
    """Store a new person. Return False, with nothing stored, if a person with this address exists."""
    row = insert(staff_people).values(person_id=person.id, email=person.email, created_at=now, **_changeable(person))
    statement = row.on_conflict_do_nothing(index_elements=["email"]).returning(staff_people.c.person_id)
    return connection.execute(statement).one_or_none() is not None


def update_person(connection: Connection, person: Person) -> None:
    """Store the name, the roles, the sites and the end of a person who exists."""
    statement = update(staff_people).where(staff_people.c.person_id == person.id)
    connection.execute(statement.values(**_changeable(person)))


def find_person(connection: Connection, person_id: str) -> Person | None:
    """Return the person with this id, also if disabled, or None."""
    row = connection.execute(select(staff_people).where(staff_people.c.person_id == person_id)).one_or_none()
    return None if row is None else person_of(row)


def find_person_by_email(connection: Connection, email: str) -> Person | None:
    """Return the person with this address in lower case, also if disabled, or None."""
    row = connection.execute(select(staff_people).where(staff_people.c.email == email)).one_or_none()
    return None if row is None else person_of(row)


def lock_person(connection: Connection, person_id: str) -> Person | None:
    """Return a person, and keep other transactions from changing them until this one ends. Return None if unknown."""
    statement = select(staff_people).where(staff_people.c.person_id == person_id).with_for_update()
    row = connection.execute(statement).one_or_none()
    return None if row is None else person_of(row)


def lock_people(connection: Connection) -> tuple[Person, ...]:
    """Return everybody, and keep other transactions from changing people until this one ends."""
    rows = connection.execute(select(staff_people).order_by(staff_people.c.person_id).with_for_update())
    return tuple(person_of(row) for row in rows)


def list_people(connection: Connection) -> tuple[Person, ...]:
    """Return everybody, also disabled people, by name."""
    rows = connection.execute(select(staff_people).order_by(staff_people.c.name, staff_people.c.email))
    return tuple(person_of(row) for row in rows)


def person_of(row: Any) -> Person:
    """Return the person in a row that has the columns of `staff_people`."""
    roles = frozenset(Role(role) for role in row.roles)
    sites = None if row.sites is None else frozenset(row.sites)
    return Person(row.person_id, row.name, row.email, roles, sites, row.disabled_at)


def _changeable(person: Person) -> dict[str, Any]:
    sites = None if person.sites is None else _sorted(person.sites)
    return {"name": person.name, "roles": _sorted(person.roles), "sites": sites, "disabled_at": person.disabled_at}


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(str(name) for name in names)
