"""Rebuild: drop every entry and compute it again from the facts, in one transaction of the tables' owner.

An entry keeps its number, its accounting date and the moment it was posted, because those record when we knew; its
lines must come out the same. If a single one does not, nothing is changed and the difference is named.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, text

from service.errors import ConflictError
from service.ledger.cluster_store import derive_entries, resolve_targets
from service.ledger.entries import EntryReason, PostedEntry
from service.ledger.posting_store import post_due
from service.ledger.store import NumberedEntry, append_entries, lock_ledger
from service.stripe_facts.tables_store import posting_queue

BATCH_OBJECTS = 1000
MAX_NAMED = 5

_PREPARE = """
CREATE TEMPORARY TABLE old_entries ON COMMIT DROP AS SELECT * FROM ledger_entries;
CREATE INDEX ON old_entries (source_id);
CREATE UNIQUE INDEX ON old_entries (key);
CREATE TEMPORARY TABLE old_postings ON COMMIT DROP AS SELECT * FROM ledger_postings;
CREATE TEMPORARY TABLE rebuild_objects ON COMMIT DROP AS
SELECT row_number() OVER () AS number, kind, object_id FROM (
    SELECT 'charge' AS kind, id AS object_id FROM charges
    UNION SELECT 'dispute', id FROM disputes
    UNION SELECT 'payout', id FROM payouts
    UNION SELECT 'dispute', source_id FROM balance_transactions
        WHERE reporting_category IN ('dispute', 'dispute_reversal') AND source_id IS NOT NULL
    UNION SELECT 'payout', source_id FROM balance_transactions
        WHERE reporting_category IN ('payout', 'payout_reversal') AND source_id IS NOT NULL
    UNION SELECT 'balance_transaction', id FROM balance_transactions
        WHERE source_id IS NULL OR reporting_category NOT IN ('charge', 'charge_failure', 'refund', 'refund_failure',
            'dispute', 'dispute_reversal', 'payout', 'payout_reversal')
) AS objects;
CREATE UNIQUE INDEX ON rebuild_objects (number);
ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_append_only;
ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_open_period;
ALTER TABLE ledger_postings DISABLE TRIGGER ledger_postings_append_only;
TRUNCATE ledger_postings, ledger_entries, ledger_day_totals
"""
_FINISH = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_append_only;
ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_open_period;
ALTER TABLE ledger_postings ENABLE TRIGGER ledger_postings_append_only
"""
_DIFFERENCES = """
SELECT key FROM old_entries JOIN (
    (SELECT * FROM old_postings EXCEPT SELECT * FROM ledger_postings)
    UNION ALL (SELECT * FROM ledger_postings EXCEPT SELECT * FROM old_postings)
) AS differing ON entry_seq = seq
UNION (SELECT key FROM (SELECT * FROM old_entries EXCEPT SELECT * FROM ledger_entries) AS missing)
ORDER BY key
"""


class RebuildError(ConflictError):
    """The facts no longer give the entries that were posted."""

    code = "rebuild_differs"


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """`rebuilt` entries came out as they were; `posted` were due and are new."""

    rebuilt: int
    posted: int


def rebuild_ledger(owner: Engine, zone: ZoneInfo, now: datetime) -> RebuildReport:
    """Compute the whole ledger again; raises RebuildError, and changes nothing, if any entry would differ."""
    with owner.begin() as connection:
        lock_ledger(connection)
        connection.exec_driver_sql(_PREPARE)
        rebuilt = sum(_rebuild_batch(connection, objects) for objects in _batches(connection))
        connection.exec_driver_sql(_FINISH)
        differing = list(connection.execute(text(_DIFFERENCES)).scalars())
        if differing:
            named = ", ".join(differing[:MAX_NAMED])
            raise RebuildError(f"{len(differing)} entries would differ, among them {named}")
        return RebuildReport(rebuilt, post_due(connection, zone, now).posted)


def _batches(connection: Connection) -> Iterator[list[tuple[str, str]]]:
    statement = text("SELECT kind, object_id FROM rebuild_objects WHERE number > :first AND number <= :last")
    first = 0
    while rows := connection.execute(statement, {"first": first, "last": first + BATCH_OBJECTS}).all():
        yield [(row.kind, row.object_id) for row in rows]
        first += BATCH_OBJECTS


def _rebuild_batch(connection: Connection, objects: list[tuple[str, str]]) -> int:
    derived = derive_entries(connection, resolve_targets(connection, objects), _old_entries)
    entries = {entry.key: entry for entry in derived.entries}
    statement = text("SELECT seq, key, accounting_date, posted_at FROM old_entries WHERE key = ANY(:keys)")
    kept = [
        NumberedEntry(row.seq, entries[row.key], row.accounting_date, row.posted_at)
        for row in connection.execute(statement, {"keys": list(entries)})
    ]
    append_entries(connection, kept)
    if len(kept) < len(entries):
        rows = [{"kind": kind, "object_id": object_id} for kind, object_id in objects]
        connection.execute(insert(posting_queue), rows)
    return len(kept)


def _old_entries(connection: Connection, source_ids: Collection[str]) -> list[PostedEntry]:
    statement = text(
        "SELECT seq, key, reason, source_id, causes FROM old_entries WHERE source_id = ANY(:ids) ORDER BY seq"
    )
    return [
        PostedEntry(row.seq, row.key, EntryReason(row.reason), row.source_id, tuple(row.causes))
        for row in connection.execute(statement, {"ids": list(source_ids)})
    ]
