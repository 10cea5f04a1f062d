"""SQL that reads when a worker was last alive, and how long jobs wait. Each worker that runs has a row."""

from datetime import timedelta

from sqlalchemy import Connection, text


def worker_silence(connection: Connection) -> timedelta | None:
    """Return the time since any worker was last alive, or None if none runs or has been killed."""
    silence: timedelta | None = connection.scalar(
        text("SELECT clock_timestamp() - max(last_heartbeat) FROM procrastinate_workers")
    )
    return silence


def oldest_due_job(connection: Connection) -> timedelta:
    """Return how long the oldest job that is due has waited; zero if no job is due."""
    waited: timedelta | None = connection.scalar(
        text("""
            SELECT clock_timestamp() - min(coalesce(job.scheduled_at, deferred.at))
            FROM procrastinate_jobs AS job
            JOIN procrastinate_events AS deferred ON deferred.job_id = job.id AND deferred.type = 'deferred'
            WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= clock_timestamp())
        """)
    )
    return waited or timedelta(0)
