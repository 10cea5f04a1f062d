"""Tokens as rows: who may do what, and a keyed hash of the secret. The token itself is kept nowhere."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    LargeBinary,
    Table,
    Text,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT),
    CheckConstraint("role IN ('editor', 'finance', 'auditor', 'admin')", name="role"),
)


class Role(StrEnum):
    """`editor`: sites and campaigns. `finance`: exports. `auditor`: reads everything, changes nothing. `admin`: all
    of it."""

    EDITOR = "editor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Token:
    """`digest` is a keyed hash of the whole token text. `revoked_at` None: in force."""

    token_id: str
    name: str
    role: Role
    digest: bytes
    created_at: datetime
    revoked_at: datetime | None = None


def insert_token(connection: Connection, token: Token) -> None:
    connection.execute(
        insert(tokens).values(
            token_id=token.token_id,
            name=token.name,
            role=token.role,
            digest=token.digest,
            created_at=token.created_at,
        )
    )


def find_token(connection: Connection, token_id: str) -> Token | None:
    row = connection.execute(select(tokens).where(tokens.c.token_id == token_id)).one_or_none()
    return None if row is None else _token(row)


def list_tokens(connection: Connection) -> tuple[Token, ...]:
    """All tokens ever made, oldest first."""
    return tuple(_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.created_at)))


def revoke_tokens(connection: Connection, id_or_name: str, now: datetime) -> int:
    """Revoke the token of this id, or all of this name; returns how many were in force until now."""
    named = or_(tokens.c.token_id == id_or_name, tokens.c.name == id_or_name)
    in_force = update(tokens).where(named, tokens.c.revoked_at.is_(None))
    return connection.execute(in_force.values(revoked_at=now)).rowcount


def _token(row: Any) -> Token:
    return Token(row.token_id, row.name, Role(row.role), bytes(row.digest), row.created_at, row.revoked_at)
