"""Rebuild the ledger: delete every entry and compute it again from the facts, in one transaction.

An entry keeps its number, accounting date and time of posting, because these record when we knew of it; its lines must
come out as they were. If any line differs, nothing changes and RebuildError names the entry.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from service.errors import ConflictError
from service.ledger.clusters import derive_entries, resolve_targets
from service.ledger.post_due import post_due
from service.ledger.posting_queue_store import queue_objects
from service.ledger.rebuild_store import (
    differing_entries,
    object_batches,
    old_entries,
    old_entries_of_sources,
    restore_triggers,
    set_entries_aside,
)
from service.ledger.store import NumberedEntry, append_entries, lock_ledger

BATCH_OBJECTS = 1000
MAX_NAMED = 5


class RebuildError(ConflictError):
    """The facts no longer give the entries that were posted."""

    code = "rebuild_differs"


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """How many entries came out as they were, and how many were due and are new."""

    rebuilt: int
    posted: int


def rebuild_ledger(owner: Engine, zone: ZoneInfo, now: datetime) -> RebuildReport:
    """Compute the whole ledger again, as the owner of its tables.

    Raise RebuildError, and change nothing, if any entry would differ.
    """
    with owner.begin() as connection:
        lock_ledger(connection)
        set_entries_aside(connection)
        rebuilt = sum(_rebuild_batch(connection, objects) for objects in object_batches(connection, BATCH_OBJECTS))
        restore_triggers(connection)
        differing = differing_entries(connection)
        if differing:
            named = ", ".join(differing[:MAX_NAMED])
            raise RebuildError(f"{len(differing)} entries would differ, among them {named}")
        return RebuildReport(rebuilt, post_due(connection, zone, now).posted)


def _rebuild_batch(connection: Connection, objects: list[tuple[str, str]]) -> int:
    """Write the entries of these objects that were posted before, and return how many there are.

    If the facts allow further entries, queue the objects, so that these are posted as new.
    """
    derived = derive_entries(connection, resolve_targets(connection, objects), old_entries_of_sources)
    entries = {entry.key: entry for entry in derived.entries}
    kept = [
        NumberedEntry(old.seq, entries[old.key], old.accounting_date, old.posted_at)
        for old in old_entries(connection, list(entries))
    ]
    append_entries(connection, kept)
    if len(kept) < len(entries):
        queue_objects(connection, objects)
    return len(kept)
