"""Making a token, and knowing one again. A token is `tok_<id>.<secret>`: the id finds the row, the whole text must
hash to it."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from service.database.transaction import committed
from service.errors import NotFoundError
from service.ids import new_id
from service.tokens.store import Role, Token, find_token, insert_token, revoke_tokens

SECRET_BYTES = 32
MAX_TOKEN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """`text` is shown to whoever asked for it, once; only its keyed hash is stored."""

    token: Token
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Who the token is for and what it may do."""

    name: str
    role: Role


def create_token(engine: Engine, keys: tuple[str, ...], request: TokenRequest, now: datetime) -> NewToken:
    """Make and store a token. `keys` is the key ring, newest first."""
    token_id = new_id("tok")
    text = f"{token_id}.{secrets.token_urlsafe(SECRET_BYTES)}"
    token = Token(token_id, request.name, request.role, digest(text, keys[0]), now)
    with committed(engine) as connection:
        insert_token(connection, token)
    return NewToken(token, text)


def verify_token(engine: Engine, keys: tuple[str, ...], text: str) -> Token | None:
    """The token in force that this text is, or None. Tokens hashed with a key no longer on the ring are not known
    again."""
    if len(text) > MAX_TOKEN_LENGTH or not (text.isascii() and text.isprintable()):
        return None
    with committed(engine) as connection:
        token = find_token(connection, text.partition(".")[0])
    if token is None or token.revoked_at is not None:
        return None
    return token if any(hmac.compare_digest(token.digest, digest(text, key)) for key in keys) else None


def revoke_token(engine: Engine, id_or_name: str, now: datetime) -> int:
    """Revoke by id or by name, in force at once; returns how many. Raises NotFoundError when there was none in
    force."""
    with committed(engine) as connection:
        count = revoke_tokens(connection, id_or_name, now)
    if not count:
        raise NotFoundError(f"there is no token in force with the id or name {id_or_name}")
    return count


def may(token: Token, roles: frozenset[Role]) -> bool:
    """Whether a token may do what is open to these roles; an admin may do everything."""
    return token.role is Role.ADMIN or token.role in roles


def digest(text: str, key: str) -> bytes:
    """The keyed hash of a token's text."""
    return hmac.new(key.encode(), b"staff token:" + text.encode(), hashlib.sha256).digest()
