"""Post what is due: derive the entries of the queued objects and append the entries that the ledger does not have."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from service.database.transaction import committed
from service.ledger.closings.store import closed_through
from service.ledger.clusters import derive_entries, resolve_targets
from service.ledger.entries import EntryReason
from service.ledger.periods import accounting_date
from service.ledger.posting_queue_store import oldest_queued, remove_queued
from service.ledger.store import NumberedEntry, append_entries, last_seq, lock_ledger

QUEUE_BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class PostingReport:
    """How many entries were posted, and how many of them went to suspense because no rule knows their category."""

    posted: int = 0
    unclassified: int = 0

    def plus(self, other: "PostingReport") -> "PostingReport":
        """Return the report of both postings together."""
        return PostingReport(self.posted + other.posted, self.unclassified + other.unclassified)


def post_due(connection: Connection, zone: ZoneInfo, now: datetime) -> PostingReport:
    """Post everything that is due, inside the caller's transaction. Repeated and concurrent calls are safe.

    No other transaction can post until this one ends, so record facts first and commit soon.
    """
    lock_ledger(connection)
    report = PostingReport()
    while (batch := _post_batch(connection, zone, now)) is not None:
        report = report.plus(batch)
    return report


def post_in_batches(engine: Engine, zone: ZoneInfo, now: datetime) -> PostingReport:
    """Post everything that is due, with a transaction for each batch: for long pulls and first imports."""
    report = PostingReport()
    while True:
        with committed(engine) as connection:
            lock_ledger(connection)
            batch = _post_batch(connection, zone, now)
        if batch is None:
            return report
        report = report.plus(batch)


def _post_batch(connection: Connection, zone: ZoneInfo, now: datetime) -> PostingReport | None:
    """Post the entries of the oldest queued objects. Return None if the queue is empty.

    A row is removed even if its object cannot be posted yet: the fact that completes the object adds a new row.
    """
    rows = oldest_queued(connection, QUEUE_BATCH_ROWS)
    if not rows:
        return None
    targets = resolve_targets(connection, [(row.kind, row.object_id) for row in rows])
    entries = derive_entries(connection, targets).unposted()
    closed = closed_through(connection)
    numbered = [
        NumberedEntry(seq, entry, accounting_date(entry, zone, closed), now)
        for seq, entry in enumerate(entries, start=last_seq(connection) + 1)
    ]
    append_entries(connection, numbered)
    remove_queued(connection, rows)
    return PostingReport(len(entries), sum(entry.reason is EntryReason.UNCLASSIFIED for entry in entries))
