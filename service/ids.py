"""Identifiers we make: a prefix that says what it names, and 128 random bits."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, without look-alikes


def new_id(prefix: str) -> str:
    """A new opaque identifier such as `ctb_3v9k…`: unguessable, 26 characters after the prefix."""
    number = secrets.randbits(128)
    digits = []
    for _ in range(26):
        number, remainder = divmod(number, 32)
        digits.append(_ALPHABET[remainder])
    return f"{prefix}_{''.join(digits)}"
