"""Reads what the screen System shows: the worker, the queue, the inbox, the checks of the books, and the versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from platform import python_version

from service import __version__
from service.campaigns.snapshot.holder import SnapshotHolder
from service.database.transaction import committed
from service.database.version_store import server_version
from service.jobs.state_store import JobState, job_states
from service.jobs.worker_store import worker_silence
from service.ledger.invariants.check import Check
from service.ledger.invariants.check_store import latest_checks
from service.operations.backups_store import LastBackups, last_backups, revision_of
from service.reconciliation.pull_store import pulled_through
from service.services import Services
from service.stripe_events.backlog_store import EventBacklog, event_backlog
from service.stripe_gateway import API_VERSION


@dataclass(frozen=True, slots=True)
class SystemState:
    """The state of the service at an instant. `worker_silence` None: no worker runs.

    `snapshot_age`: how long ago the campaigns in this process last matched the database.
    """

    now: datetime
    worker_silence: timedelta | None
    jobs: Sequence[JobState]
    events: EventBacklog
    checks: Sequence[Check]
    pulled_through_at: datetime | None
    alarms: Sequence[str]
    snapshot_age: timedelta
    backups: LastBackups
    versions: Sequence[tuple[str, str]]

    @property
    def failed_job_count(self) -> int:
        return sum(job.failed_count for job in self.jobs)

    @property
    def waiting_job_count(self) -> int:
        return sum(job.waiting_count for job in self.jobs)


def system_state(services: Services) -> SystemState:
    """Return the state of the service."""
    now, holder = services.clock(), services.part(SnapshotHolder)
    with committed(services.engine) as connection:
        return SystemState(
            now,
            worker_silence(connection),
            job_states(connection),
            event_backlog(connection),
            latest_checks(connection),
            pulled_through(connection),
            holder.current().alarms,
            timedelta(seconds=round(holder.age_seconds(now))),
            last_backups(connection),
            (
                ("Keepopen", __version__),
                ("Python", python_version()),
                ("PostgreSQL", server_version(connection)),
                ("Database schema", revision_of(connection)),
                ("Stripe’s API", API_VERSION),
            ),
        )
