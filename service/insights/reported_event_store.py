"""SQL of the events of prompts that were reported, so that all processes together count each event once."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import structlog
from sqlalchemy import Column, Connection, Date, LargeBinary, Table, text

from service.database.metadata import metadata
from service.decisions.tally import Cell, ReportedEvent

MAX_REPORTED_EVENTS = 20_000_000  # about 2 GB. While there are more, each process counts for itself

reported_events = Table(
    "reported_events",
    metadata,
    Column("day", Date, primary_key=True),
    Column("fingerprint", LargeBinary, primary_key=True),
)
# PostgreSQL's own estimate, which costs nothing and follows the table within minutes. It is -1 for a new table.
IS_FULL = text("SELECT reltuples > :most FROM pg_class WHERE oid = to_regclass('reported_events')")
ADD = text("""
    INSERT INTO reported_events (day, fingerprint)
    SELECT * FROM unnest(CAST(:days AS date[]), CAST(:fingerprints AS bytea[]))
    ON CONFLICT DO NOTHING
    RETURNING day, fingerprint
""")
DELETE_SOME = text("""
    DELETE FROM reported_events
    WHERE ctid = ANY (ARRAY (SELECT ctid FROM reported_events WHERE day < :first LIMIT :most))
""")

log = structlog.get_logger()


def add_new_reports(
    connection: Connection, reports: Mapping[ReportedEvent, Cell], most: int = MAX_REPORTED_EVENTS
) -> Counter[Cell]:
    """Save which events were reported, and return the counts of those that no process had saved.

    Rows are written in a fixed order, so that two processes never deadlock. If more than `most` events are saved, all
    of `reports` count and none is saved, so that a flood of reports cannot fill the disk.
    """
    if not reports:
        return Counter()
    if connection.execute(IS_FULL, {"most": most}).scalar_one():
        log.warning("reported_events_full", most=most)
        return Counter(reports.values())
    events = sorted(reports)
    columns = {"days": [event.day for event in events], "fingerprints": [event.fingerprint for event in events]}
    added = connection.execute(ADD, columns)
    return Counter(reports[ReportedEvent(row.day, bytes(row.fingerprint))] for row in added)


def delete_reported_events(connection: Connection, first: date, most: int) -> int:
    """Delete up to `most` events of prompts that were shown before the day `first`. Return how many were deleted."""
    return connection.execute(DELETE_SOME, {"first": first, "most": most}).rowcount
