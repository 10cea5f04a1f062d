"""How long raw event bodies are kept: compressed and sealed, and emptied after 90 days or when a person is forgotten.

A body can be opened as long as the key that sealed it is in `SECRET_KEYS`.
"""

import zlib
from collections.abc import Collection
from datetime import timedelta

from service.database.transaction import committed
from service.sealing import KeyRing
from service.services import Services
from service.stripe_events import body_store

BODY_DAYS = 90
BATCH_SIZE = 500
_PURPOSE = "stripe event body"
# The fastest level. It shrinks an event to a third, which lets most rows fit into one page of the table.
_COMPRESSION_LEVEL = 1


def seal_body(ring: KeyRing, body: bytes) -> bytes:
    """Compress and seal a body with the newest key."""
    return ring.sealer(_PURPOSE).seal_bytes(zlib.compress(body, _COMPRESSION_LEVEL))


def open_body(ring: KeyRing, sealed: bytes) -> bytes | None:
    """Return the body, or None if no key of the ring opens it."""
    plain = ring.sealer(_PURPOSE).open_bytes(sealed)
    return None if plain is None else zlib.decompress(plain)


def scrub_old_bodies(services: Services) -> int:
    """Empty bodies that are older than 90 days. Return how many were emptied. The events stay."""
    with committed(services.engine) as connection:
        return body_store.scrub_bodies_before(connection, services.clock() - timedelta(days=BODY_DAYS))


def scrub_bodies_naming(services: Services, names: Collection[str]) -> int:
    """Empty every body that contains one of these texts, in any letter case. Return how many were emptied.

    This reads all bodies, that is up to 90 days of them.
    """
    wanted = [name.lower().encode() for name in names]
    ring = services.keys
    last_id, count = "", 0
    while True:
        with committed(services.engine) as connection:
            page = body_store.sealed_bodies_after(connection, last_id, BATCH_SIZE)
            named = [event_id for event_id, sealed in page if _may_name(open_body(ring, sealed), wanted)]
            body_store.scrub_bodies(connection, named)
        count += len(named)
        if len(page) < BATCH_SIZE:
            return count
        last_id = page[-1][0]


def _may_name(body: bytes | None, wanted: Collection[bytes]) -> bool:
    """Return whether a body contains one of the texts. A body that no key opens (None) may contain any of them."""
    return body is None or any(name in body.lower() for name in wanted)
