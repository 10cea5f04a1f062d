"""Random secrets that a person carries: the token of a one-time link and the value of a session's cookie.

A secret has 256 random bits, so its plain SHA-256 hash can be stored: it cannot be guessed back.
"""

import binascii
import hashlib

from service.ids import random_bytes

SECRET_BYTES = 32
SECRET_LENGTH = 43


def new_secret() -> str:
    """Return a new secret of 43 characters that may stand in an address and in a cookie."""
    text = binascii.b2a_base64(random_bytes(SECRET_BYTES), newline=False).decode()
    return text.rstrip("=").replace("+", "-").replace("/", "_")


def digest_of(secret: str) -> bytes:
    """Return the hash under which a secret is stored."""
    return hashlib.sha256(b"keepopen staff\x1f" + secret.encode()).digest()


def digest_of_unknown(text: str) -> bytes | None:
    """Return the hash of a text that a caller sent, or None if it cannot be a secret of ours."""
    return digest_of(text) if len(text) == SECRET_LENGTH and text.isascii() else None
