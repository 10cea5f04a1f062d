"""Post what is due: read the queue, derive the entries of what it names, append those the ledger does not have yet."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, BigInteger, Connection, Engine, any_, bindparam, delete, select

from service.ledger.cluster_store import derive_entries, resolve_targets
from service.ledger.entries import EntryReason
from service.ledger.periods import accounting_date
from service.ledger.store import NumberedEntry, append_entries, closed_through, last_seq, lock_ledger
from service.stripe_facts.tables_store import posting_queue

QUEUE_BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class PostingReport:
    """What a posting did. `unclassified` movements went to suspense and need a person."""

    posted: int = 0
    unclassified: int = 0

    def plus(self, other: "PostingReport") -> "PostingReport":
        return PostingReport(self.posted + other.posted, self.unclassified + other.unclassified)


def post_due(connection: Connection, zone: ZoneInfo, now: datetime) -> PostingReport:
    """Post everything due, inside the caller's transaction. Repeating it, or doing it twice at once, is safe.

    From here to the end of the transaction nobody else can post: record facts first, and end soon.
    """
    lock_ledger(connection)
    report = PostingReport()
    while (batch := _post_batch(connection, zone, now)) is not None:
        report = report.plus(batch)
    return report


def post_in_batches(engine: Engine, zone: ZoneInfo, now: datetime) -> PostingReport:
    """Post until nothing is due, each bounded batch in a transaction of its own: for long pulls and first set-ups."""
    report = PostingReport()
    while True:
        with engine.begin() as connection:
            lock_ledger(connection)
            batch = _post_batch(connection, zone, now)
        if batch is None:
            return report
        report = report.plus(batch)


def _post_batch(connection: Connection, zone: ZoneInfo, now: datetime) -> PostingReport | None:
    """Take the oldest rows of the queue; None when it is empty.

    A row goes even if its cluster must wait: only a fact of that cluster ends the wait, and that queues a new row.
    """
    rows = connection.execute(select(posting_queue).order_by(posting_queue.c.id).limit(QUEUE_BATCH_ROWS)).all()
    if not rows:
        return None
    targets = resolve_targets(connection, [(row.kind, row.object_id) for row in rows])
    entries = derive_entries(connection, targets).unposted()
    closed = closed_through(connection)
    first = last_seq(connection) + 1
    numbered = [
        NumberedEntry(seq, entry, accounting_date(entry, zone, closed), now)
        for seq, entry in enumerate(entries, start=first)
    ]
    append_entries(connection, numbered)
    taken = bindparam(None, [row.id for row in rows], ARRAY(BigInteger))
    connection.execute(delete(posting_queue).where(posting_queue.c.id == any_(taken)))
    return PostingReport(len(entries), sum(entry.reason is EntryReason.UNCLASSIFIED for entry in entries))
