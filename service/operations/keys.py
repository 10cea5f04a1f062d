"""Find out whether SECRET_KEYS are those that this database was used with: without them much of it cannot be read."""

import structlog
from sqlalchemy import Connection

from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.operations.keys_store import add_fingerprints, seen_fingerprints
from service.sealing import KeyRing
from service.services import Services

log = structlog.get_logger()


def are_keys_known(connection: Connection, keys: KeyRing) -> bool:
    """Return whether one of our keys was used with this database before, or no key at all."""
    seen = seen_fingerprints(connection)
    return not seen or not seen.isdisjoint(keys.fingerprints())


def note_keys(services: Services) -> None:
    """Remember our keys, unless none of them was used with this database before. Log an error in that case."""
    try:
        with committed(services.engine) as connection:
            are_known = are_keys_known(connection, services.keys)
        if are_known:
            accept_keys(services)
        else:
            log.error("secret_keys_unknown", remedy="put the old key back into SECRET_KEYS; see `doctor`")
    except StoreUnavailableError:
        log.warning("secret_keys_not_checked")


def accept_keys(services: Services) -> None:
    """Remember our keys as keys of this database."""
    with committed(services.engine) as connection:
        add_fingerprints(connection, services.keys.fingerprints(), services.clock())
