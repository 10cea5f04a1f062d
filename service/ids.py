"""Identifiers we make: a prefix that says what it names, and 128 random bits."""

import secrets


def new_id(prefix: str) -> str:
    """A new opaque identifier such as `ctb_93f2…`: unguessable, 32 hexadecimal digits after the prefix."""
    return f"{prefix}_{secrets.token_hex(16)}"
