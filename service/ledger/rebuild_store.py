"""The SQL of a rebuild: copy the posted entries, empty the ledger, and compare the rebuilt entries with the copy.

Everything here runs in one transaction of the tables' owner, because the application's role may not empty the ledger.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from service.ledger.entries import EntryReason, PostedEntry

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
    UNION SELECT 'manual_entry', manual_entry_id FROM manual_entry_decisions WHERE outcome = 'posted'
) AS objects;
CREATE UNIQUE INDEX ON rebuild_objects (number);
ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_append_only;
ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_open_period;
ALTER TABLE ledger_postings DISABLE TRIGGER ledger_postings_append_only;
TRUNCATE ledger_postings, ledger_entries, ledger_day_totals, ledger_site_totals, ledger_campaign_totals,
    ledger_outside_site_totals
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


@dataclass(frozen=True, slots=True)
class OldEntry:
    """What a rebuilt entry keeps of the entry that was posted: its number, accounting date and time of posting."""

    seq: int
    key: str
    accounting_date: date
    posted_at: datetime


def set_entries_aside(connection: Connection) -> None:
    """Copy the ledger to temporary tables and empty it, with its triggers against changes disabled."""
    connection.exec_driver_sql(_PREPARE)


def restore_triggers(connection: Connection) -> None:
    """Check that every entry balances, and enable the ledger's triggers again."""
    connection.exec_driver_sql(_FINISH)


def differing_entries(connection: Connection) -> list[str]:
    """Return the keys of the entries that were set aside and that the ledger now lacks or has differently."""
    return list(connection.execute(text(_DIFFERENCES)).scalars())


def object_batches(connection: Connection, size: int) -> Iterator[list[tuple[str, str]]]:
    """Yield (kind, id) of every object that facts know, `size` at a time."""
    statement = text("SELECT kind, object_id FROM rebuild_objects WHERE number > :first AND number <= :last")
    first = 0
    while rows := connection.execute(statement, {"first": first, "last": first + size}).all():
        yield [(row.kind, row.object_id) for row in rows]
        first += size


def old_entries(connection: Connection, keys: Collection[str]) -> list[OldEntry]:
    """Return the entries with these keys that were set aside."""
    statement = text("SELECT seq, key, accounting_date, posted_at FROM old_entries WHERE key = ANY(:keys)")
    return [OldEntry(*row) for row in connection.execute(statement, {"keys": list(keys)})]


def old_entries_of_sources(connection: Connection, source_ids: Collection[str]) -> list[PostedEntry]:
    """Return the entries of these sources that were set aside, in the ledger's order."""
    statement = text(
        "SELECT seq, key, reason, source_id, causes FROM old_entries WHERE source_id = ANY(:ids) ORDER BY seq"
    )
    return [
        PostedEntry(row.seq, row.key, EntryReason(row.reason), row.source_id, tuple(row.causes))
        for row in connection.execute(statement, {"ids": list(source_ids)})
    ]
