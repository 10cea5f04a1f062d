"""Create, verify and revoke tokens.

The text of a token is `tok_<id>.<secret>`. The id finds the row, and the hash of the whole text must equal the row's.
"""

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from service.database.transaction import committed
from service.errors import NotFoundError, StoreUnavailableError
from service.ids import new_id
from service.sealing import KeyRing
from service.tokens.store import Token, TokenRole, find_token, insert_token, note_use, revoke_tokens

SECRET_BYTES = 32
MAX_TOKEN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """A new token with its text, which is shown once. Only the keyed hash of the text is stored."""

    token: Token
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The name and role of a token to be created.

    `days`: for how many days it is valid; None means forever. `site`: the only site that an editor's token is for; None
    means all sites.
    """

    name: str
    role: TokenRole
    days: int | None = None
    site: str | None = None


def create_token(engine: Engine, keys: tuple[str, ...], request: TokenRequest, now: datetime) -> NewToken:
    """Create and store a token, hashed with the newest key. `keys` is sorted, newest first."""
    token_id = new_id("tok")
    text = f"{token_id}.{secrets.token_urlsafe(SECRET_BYTES)}"
    expires_at = now + timedelta(days=request.days) if request.days else None
    (fingerprint,) = KeyRing(keys[:1]).fingerprints()
    sealed = digest(text, keys[0]), fingerprint
    token = Token(token_id, request.name, request.role, *sealed, now, request.site, expires_at)
    with committed(engine) as connection:
        insert_token(connection, token)
    return NewToken(token, text)


def verify_token(engine: Engine, keys: tuple[str, ...], text: str, now: datetime) -> Token | None:
    """Return the valid token with this text, or None, and note the day of its use.

    A token is no longer valid if it was revoked or has expired, or if the key that it was hashed with was removed from
    `keys`.
    """
    if len(text) > MAX_TOKEN_LENGTH or not (text.isascii() and text.isprintable()):
        return None
    with committed(engine) as connection:
        token = find_token(connection, text.partition(".")[0])
    if token is None or not token.is_valid_at(now):
        return None
    if not any(hmac.compare_digest(token.digest, digest(text, key)) for key in keys):
        return None
    today = now.astimezone(UTC).date()
    if token.last_used_on != today:
        with suppress(StoreUnavailableError), committed(engine) as connection:  # a read-only database can still be read
            note_use(connection, token.token_id, today)
    return token


def revoke_token(engine: Engine, id_or_name: str, now: datetime) -> int:
    """Revoke the token with this id, or all with this name. Return how many were revoked.

    Raise NotFoundError if there is no valid token with this id or name.
    """
    with committed(engine) as connection:
        count = revoke_tokens(connection, id_or_name, now)
    if not count:
        raise NotFoundError(f"there is no valid token with the id or name {id_or_name}")
    return count


def has_role(token: Token, roles: frozenset[TokenRole]) -> bool:
    """Return whether a token has one of these roles. An admin token counts as every role."""
    return token.role is TokenRole.ADMIN or token.role in roles


def digest(text: str, key: str) -> bytes:
    """Return the keyed hash of a token's text."""
    return hmac.new(key.encode(), b"staff token:" + text.encode(), hashlib.sha256).digest()
