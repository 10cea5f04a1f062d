"""Identifiers we make: a prefix that says what it names, and 128 random bits."""

import base64
import secrets


def new_id(prefix: str) -> str:
    """A new opaque identifier such as `ctb_3v9k…`: unguessable, 26 lower-case letters and digits after the prefix."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(16)).decode('ascii').rstrip('=').lower()}"
