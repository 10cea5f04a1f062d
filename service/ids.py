"""Identifiers we make: a prefix that says what it names, and 128 random bits."""

import os


def new_id(prefix: str) -> str:
    """A new opaque identifier such as `ctb_93f2…`: unguessable, 32 hexadecimal digits after the prefix."""
    return f"{prefix}_{os.urandom(16).hex()}"
