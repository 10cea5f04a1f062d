"""Raw webhook bodies at rest: compressed, encrypted, and emptied after 90 days.

A body can be read while the key that sealed it is in the ring.
"""

import zlib
from collections.abc import Collection
from datetime import timedelta

from service.sealing import KeyRing
from service.services import Services
from service.stripe_events import store

BODY_DAYS = 90
BATCH_SIZE = 500
_PURPOSE = "stripe event body"
_COMPRESSION = 1  # the quickest: a third of an event's size, and most rows then fit their page of the table


def seal_body(ring: KeyRing, body: bytes) -> bytes:
    return ring.sealer(_PURPOSE).seal_bytes(zlib.compress(body, _COMPRESSION))


def open_body(ring: KeyRing, sealed: bytes) -> bytes | None:
    """Return the body, or None if no key of the ring opens it."""
    plain = ring.sealer(_PURPOSE).open_bytes(sealed)
    return None if plain is None else zlib.decompress(plain)


def scrub_old_bodies(services: Services) -> int:
    """Empty raw bodies older than 90 days; the rows stay. How many were emptied."""
    with services.engine.begin() as connection:
        return store.scrub_bodies_before(connection, services.clock() - timedelta(days=BODY_DAYS))


def scrub_bodies_naming(services: Services, names: Collection[str]) -> int:
    """Empty every raw body in which one of these texts occurs; how many. Reads them all: at most 90 days of them."""
    wanted = [name.lower().encode() for name in names]
    ring = services.keys
    after, count = "", 0
    while True:
        with services.engine.begin() as connection:
            page = store.sealed_bodies_after(connection, after, BATCH_SIZE)
            named = [event_id for event_id, sealed in page if _occurs(open_body(ring, sealed), wanted)]
            store.scrub_bodies(connection, named)
        count += len(named)
        if len(page) < BATCH_SIZE:
            return count
        after = page[-1][0]


def _occurs(body: bytes | None, wanted: Collection[bytes]) -> bool:
    """A body that no key opens any more may name anybody, so it counts as naming."""
    return body is None or any(name in body.lower() for name in wanted)
