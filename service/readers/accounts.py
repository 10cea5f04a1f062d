"""Accounts of signed-in readers, known here only by a keyed hash of the publication's own reader id."""

from datetime import timedelta

from service.readers.passports.passport import PASSPORT_DAYS
from service.readers.store import forget, forget_idle_readers
from service.sealing import KeyRing
from service.services import Services


def account_of(keys: KeyRing, site: str, reader_id: str) -> bytes:
    """Return the account of a publication's reader id: a keyed hash of 32 bytes."""
    return keys.digest(reader_id, purpose="reader", context=site)


def forget_account(services: Services, site: str, reader_id: str) -> bool:
    """Erase the row of a signed-in reader. Return False if there was no row."""
    return forget(services.engine, site, account_of(services.keys, site, reader_id))


def forget_idle_accounts(services: Services) -> int:
    """Erase the rows of readers not seen for as long as a passport is valid. Return the number of rows erased."""
    return forget_idle_readers(services.engine, services.clock() - timedelta(days=PASSPORT_DAYS))
