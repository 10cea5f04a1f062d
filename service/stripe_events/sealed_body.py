"""Raw webhook bodies at rest: compressed, then encrypted; readable while the key that sealed them is in the ring."""

import zlib

from service.decisions.sealing import KeyRing

_PURPOSE = "stripe event body"
_COMPRESSION = 1  # the quickest: a third of an event's size, and most rows then fit their page of the table


def seal_body(ring: KeyRing, body: bytes) -> bytes:
    return ring.sealer(_PURPOSE).seal_bytes(zlib.compress(body, _COMPRESSION))


def open_body(ring: KeyRing, sealed: bytes) -> bytes | None:
    """The body, or None where no key of the ring opens it."""
    plain = ring.sealer(_PURPOSE).open_bytes(sealed)
    return None if plain is None else zlib.decompress(plain)
