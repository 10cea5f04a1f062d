"""SQL that reads the state of the job queue, for operators. A job that succeeds is deleted at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

STATES = text("""
    SELECT task_name,
           count(*) FILTER (WHERE status = 'todo') AS waiting_count,
           count(*) FILTER (WHERE status = 'doing') AS running_count,
           count(*) FILTER (WHERE status = 'failed') AS failed_count,
           (SELECT max(defer_timestamp) FROM procrastinate_periodic_defers d WHERE d.task_name = names.task_name)
               AS planned
    FROM (SELECT task_name FROM procrastinate_jobs UNION SELECT task_name FROM procrastinate_periodic_defers) names
    LEFT JOIN procrastinate_jobs jobs USING (task_name)
    GROUP BY task_name
    ORDER BY task_name
""")


@dataclass(frozen=True, slots=True)
class JobState:
    """The jobs of one kind. `planned_at`: for when a worker last queued it; None if it has no rhythm of its own."""

    name: str
    waiting_count: int
    running_count: int
    failed_count: int
    planned_at: datetime | None


def job_states(connection: Connection) -> Sequence[JobState]:
    """Return every kind of job that a worker has queued and that is remembered, by name."""
    return [
        JobState(
            row.task_name,
            row.waiting_count,
            row.running_count,
            row.failed_count,
            datetime.fromtimestamp(row.planned, UTC) if row.planned is not None else None,
        )
        for row in connection.execute(STATES)
    ]
