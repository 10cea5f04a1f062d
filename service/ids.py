"""Identifiers we make: a prefix that says what it names, and 128 random bits."""

from service.randomness import random_bytes


def new_id(prefix: str) -> str:
    """A new opaque identifier such as `ctb_93f2…`: unguessable, 32 hexadecimal digits after the prefix."""
    return f"{prefix}_{random_bytes(16).hex()}"
