"""The tables of passkeys and of used challenges. A removed passkey stays as a row, and is found no more."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.passkeys.passkey import Passkey
from service.staff.store import staff_people

staff_passkeys = Table(
    "staff_passkeys",
    metadata,
    Column("passkey_id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey(staff_people.c.person_id), nullable=False),
    Column("name", Text, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("last_used_at", INSTANT),
    Column("removed_at", INSTANT),
    UniqueConstraint("credential_id"),
    Index(None, "person_id"),
)

staff_used_challenges = Table(
    "staff_used_challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True),
    Column("used_at", INSTANT, nullable=False),
)


def insert_passkey(connection: Connection, passkey: Passkey) -> bool:
    """Store a new passkey. Return False, with nothing stored, if its credential is stored already."""
    row = insert(staff_passkeys).values(
        passkey_id=passkey.id,
        person_id=passkey.person_id,
        name=passkey.name,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        created_at=passkey.created_at,
    )
    statement = row.on_conflict_do_nothing(index_elements=["credential_id"]).returning(staff_passkeys.c.passkey_id)
    return connection.execute(statement).one_or_none() is not None


def lock_passkey(connection: Connection, credential_id: bytes) -> Passkey | None:
    """Return the passkey with this credential, locked until the transaction ends, or None."""
    table = staff_passkeys
    statement = select(table).where(table.c.credential_id == credential_id, table.c.removed_at.is_(None))
    row = connection.execute(statement.with_for_update()).one_or_none()
    return None if row is None else _passkey(row)


def passkeys_of(connection: Connection, person_id: str) -> tuple[Passkey, ...]:
    """Return the passkeys of a person, oldest first."""
    table = staff_passkeys
    statement = select(table).where(table.c.person_id == person_id, table.c.removed_at.is_(None))
    return tuple(
        _passkey(row) for row in connection.execute(statement.order_by(table.c.created_at, table.c.passkey_id))
    )


def note_passkey_use(connection: Connection, passkey_id: str, sign_count: int, now: datetime) -> None:
    """Save when a passkey was last used, and its count."""
    statement = update(staff_passkeys).where(staff_passkeys.c.passkey_id == passkey_id)
    connection.execute(statement.values(last_used_at=now, sign_count=sign_count))


def remove_passkey_row(connection: Connection, passkey_id: str, now: datetime) -> None:
    """Mark a passkey as removed."""
    connection.execute(update(staff_passkeys).where(staff_passkeys.c.passkey_id == passkey_id).values(removed_at=now))


def use_challenge(connection: Connection, challenge: bytes, now: datetime) -> bool:
    """Store a challenge as used. Return False if it was used before."""
    row = insert(staff_used_challenges).values(challenge=challenge, used_at=now)
    statement = row.on_conflict_do_nothing(index_elements=["challenge"]).returning(staff_used_challenges.c.used_at)
    return connection.execute(statement).one_or_none() is not None


def _passkey(row: Any) -> Passkey:
    return Passkey(
        row.passkey_id,
        row.person_id,
        row.name,
        bytes(row.credential_id),
        bytes(row.public_key),
        row.sign_count,
        row.created_at,
        row.last_used_at,
    )
