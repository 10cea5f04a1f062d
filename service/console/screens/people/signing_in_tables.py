"""The tables of how and where a person signs in, for files."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.tables import Table, table_of_cells
from service.staff.passkeys.passkey import Passkey
from service.staff.sessions import Session

SESSION_KEYS = ("browser", "created_at", "last_seen_at")
PASSKEY_KEYS = ("name", "created_at", "last_used_at")


def sessions_table(sessions: Iterable[Session], as_of: datetime, zone: ZoneInfo) -> Table:
    """Return the browsers in which a person is signed in."""
    rows = ({key: getattr(session, key) for key in SESSION_KEYS} for session in sessions)
    return table_of_cells("sessions", SESSION_KEYS, rows, as_of, zone)


def passkeys_table(passkeys: Iterable[Passkey], as_of: datetime, zone: ZoneInfo) -> Table:
    """Return the passkeys of a person, without their keys."""
    rows = ({key: getattr(passkey, key) for key in PASSKEY_KEYS} for passkey in passkeys)
    return table_of_cells("passkeys", PASSKEY_KEYS, rows, as_of, zone)
