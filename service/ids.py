"""Identifiers and random bytes. An identifier is a prefix that says what it names, and 128 random bits.

The bytes come from OpenSSL's generator in this process. The system seeds it, and it reseeds itself, also after a fork.
Reading each id's bytes from the system would release the interpreter lock each time.
See https://docs.openssl.org/3.0/man7/RAND/
"""

from ssl import RAND_bytes as random_bytes

__all__ = ["new_id", "random_bytes"]


def new_id(prefix: str) -> str:
    """Return a new opaque identifier such as `ctb_93f2…`: the prefix and 32 unguessable hexadecimal digits."""
    return f"{prefix}_{random_bytes(16).hex()}"
