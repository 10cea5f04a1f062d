"""Identifiers and random bytes. An identifier is a prefix that says what it names, and 128 random bits.

The bytes come from OpenSSL's generator in this process. The system seeds it, and it reseeds itself, also after a fork.
Reading each id's bytes from the system would release the interpreter lock each time.
See https://docs.openssl.org/3.0/man7/RAND/

They are drawn in advance, 64 pieces at a time, because a call costs more than the bytes. Each piece is used once: two
threads cannot take the same piece, and a forked process begins with none.
"""

import os
from ssl import RAND_bytes
from struct import Struct

_PIECE_BYTES = 16
_PIECES = Struct(f"{_PIECE_BYTES}s" * 64)
_drawn: list[bytes] = []
os.register_at_fork(after_in_child=_drawn.clear)


def random_bytes(count: int) -> bytes:
    """Return bytes that cannot be guessed, also for keys and nonces."""
    if count > _PIECE_BYTES:
        return RAND_bytes(count)
    while True:
        try:
            return _drawn.pop()[:count]
        except IndexError:
            _drawn.extend(_PIECES.unpack(RAND_bytes(_PIECES.size)))


def new_id(prefix: str) -> str:
    """Return a new opaque identifier such as `ctb_93f2…`: the prefix and 32 unguessable hexadecimal digits."""
    return f"{prefix}_{random_bytes(16).hex()}"
