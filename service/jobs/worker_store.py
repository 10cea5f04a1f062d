"""SQL that reads when a worker was last alive. The job queue keeps a row for each worker that runs."""

from datetime import timedelta

from sqlalchemy import Connection, text


def worker_silence(connection: Connection) -> timedelta | None:
    """Return the time since any worker was last alive, or None if none runs or has been killed."""
    silence: timedelta | None = connection.scalar(
        text("SELECT clock_timestamp() - max(last_heartbeat) FROM procrastinate_workers")
    )
    return silence
