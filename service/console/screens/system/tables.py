"""The tables of the screen System: jobs, and events that were given up."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.tables import Row, Table, TableColumn
from service.jobs.state_store import JobState
from service.stripe_events.store import InboxEvent

JOB_COLUMNS = (
    TableColumn("job", "Job"),
    TableColumn("waiting", "Waiting", is_number=True),
    TableColumn("running", "Running", is_number=True),
    TableColumn("failed", "Failed", is_number=True),
    TableColumn("planned_at", "Last planned for"),
)
EVENT_COLUMNS = (
    TableColumn("event_id", "Event"),
    TableColumn("type", "Type"),
    TableColumn("object_id", "About"),
    TableColumn("received_at", "Received"),
    TableColumn("attempts", "Attempts", is_number=True),
    TableColumn("error", "Last error"),
)


def job_table(jobs: Sequence[JobState], now: datetime, zone: ZoneInfo) -> Table:
    """Return a row for each kind of job."""
    rows = tuple(
        Row(
            {
                "job": job.name,
                "waiting": job.waiting_count,
                "running": job.running_count,
                "failed": job.failed_count,
                "planned_at": job.planned_at,
            }
        )
        for job in jobs
    )
    return Table("jobs", JOB_COLUMNS, rows, now, zone, "No worker has queued a job yet.", len(rows))


def event_table(events: Sequence[InboxEvent], found: int, now: datetime, zone: ZoneInfo) -> Table:
    """Return a row for each event that was given up. `found`: how many there are in all."""
    rows = tuple(
        Row(
            {
                "event_id": event.id,
                "type": event.type,
                "object_id": event.object_ref.id if event.object_ref else None,
                "received_at": event.received_at,
                "attempts": event.attempt_count,
                "error": event.last_error,
            }
        )
        for event in events
    )
    return Table("given-up-events", EVENT_COLUMNS, rows, now, zone, "No event was given up.", found)
