"""Empty the bodies of events that name an erased person, whatever kind of event it is and whenever it arrives.

A person's names are their address and the ids of their objects at Stripe. Only keyed hashes of them are stored.
"""

import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine

from service.database.transaction import committed
from service.sealing import KeyRing
from service.stripe_events.body_store import scrub_bodies, sealed_bodies, sealed_bodies_after
from service.stripe_events.retention import open_body
from service.stripe_facts.forgotten_store import add_erased_names, are_erased, has_erased_names

PAGE_SIZE = 500
# An address, or an id such as `cus_N1x` or `ctb_4f`.
_NAME = re.compile(r'[^\s"<>(),:;\\\[\]]+@[^\s"<>(),:;\\\[\]]+|\b[a-z]{2,8}_\w+')


def name_hash(keys: KeyRing, name: str) -> bytes:
    """Return the hash under which a name of an erased person is stored. Letter case does not matter."""
    return keys.digest(name.lower(), purpose="erased name")


def remember_erased(connection: Connection, keys: KeyRing, names: Iterable[str], now: datetime) -> None:
    """Remember the names of an erased person, so that no event that names them keeps its body."""
    add_erased_names(connection, {name_hash(keys, name) for name in names}, now)


def names_erased_person(connection: Connection, keys: KeyRing, body: bytes) -> bool:
    """Return whether an event's body names an erased person."""
    return has_erased_names(connection) and are_erased(connection, _name_hashes(keys, body))


def scrub_events_of_erased(connection: Connection, keys: KeyRing, event_ids: Collection[str]) -> None:
    """Empty the bodies of those of these events that name an erased person."""
    if not has_erased_names(connection):
        return
    for event_id, sealed in sealed_bodies(connection, event_ids):
        body = open_body(keys, sealed)
        if body is None or are_erased(connection, _name_hashes(keys, body)):
            scrub_bodies(connection, [event_id])


def scrub_all_of_erased(engine: Engine, keys: KeyRing) -> None:
    """Empty the bodies of all events that name an erased person, a page at a time."""
    last_id = ""
    while True:
        with committed(engine) as connection:
            page = [event_id for event_id, _ in sealed_bodies_after(connection, last_id, PAGE_SIZE)]
            scrub_events_of_erased(connection, keys, page)
        if len(page) < PAGE_SIZE:
            return
        last_id = page[-1]


def _name_hashes(keys: KeyRing, body: bytes) -> set[bytes]:
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)  # an address may be written with escapes
    except (ValueError, RecursionError):
        text = body.decode(errors="replace")
    return {name_hash(keys, name) for name in set(_NAME.findall(text.lower()))}
