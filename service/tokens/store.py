"""The table of tokens: name, role and a keyed hash. The text of a token is not stored."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
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
    Column("key_fingerprint", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("site", Text),
    Column("expires_at", INSTANT),
    Column("last_used_on", Date),
    Column("revoked_at", INSTANT),
    CheckConstraint("role IN ('editor', 'finance', 'auditor', 'admin')", name="role"),
)


class TokenRole(StrEnum):
    """What a token allows.

    `editor` changes sites and campaigns, `finance` exports and refunds, `auditor` reads everything and changes nothing,
    `admin` does all of it.
    """

    EDITOR = "editor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token. `digest` is the keyed hash of the token's text, and `key_fingerprint` shows with which key.

    `site` None: the token is for all sites. `expires_at` None: it never expires. `last_used_on`: the last UTC day on
    which it was presented.
    """

    token_id: str
    name: str
    role: TokenRole
    digest: bytes
    key_fingerprint: str
    created_at: datetime
    site: str | None = None
    expires_at: datetime | None = None
    last_used_on: date | None = None
    revoked_at: datetime | None = None

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the token is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def insert_token(connection: Connection, token: Token) -> None:
    """Store a new token."""
    connection.execute(
        insert(tokens).values(
            token_id=token.token_id,
            name=token.name,
            role=token.role,
            digest=token.digest,
            key_fingerprint=token.key_fingerprint,
            created_at=token.created_at,
            site=token.site,
            expires_at=token.expires_at,
        )
    )


def find_token(connection: Connection, token_id: str) -> Token | None:
    """Return the token with this id, valid or revoked, or None."""
    row = connection.execute(select(tokens).where(tokens.c.token_id == token_id)).one_or_none()
    return None if row is None else _token(row)


def list_tokens(connection: Connection) -> tuple[Token, ...]:
    """Return all tokens, including revoked ones, oldest first."""
    return tuple(_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.created_at)))


def revoke_tokens(connection: Connection, id_or_name: str, now: datetime) -> int:
    """Revoke the token with this id, or all with this name. Return how many valid tokens were revoked."""
    named = or_(tokens.c.token_id == id_or_name, tokens.c.name == id_or_name)
    statement = update(tokens).where(named, tokens.c.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=now)).rowcount


def note_use(connection: Connection, token_id: str, today: date) -> None:
    """Save the day on which a token was last used."""
    connection.execute(update(tokens).where(tokens.c.token_id == token_id).values(last_used_on=today))


def _token(row: Any) -> Token:
    return Token(
        row.token_id,
        row.name,
        TokenRole(row.role),
        bytes(row.digest),
        row.key_fingerprint,
        row.created_at,
        row.site,
        row.expires_at,
        row.last_used_on,
        row.revoked_at,
    )
