"""The job of this room, which empties old bodies every night, and the jobs of reconciliation that the inbox queues."""

from contextlib import suppress

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.services import Services
from service.stripe_events import retention
from service.stripe_events.saving_store import JobSlot

blueprint = procrastinate.Blueprint()
# The names of two jobs in service/reconciliation/jobs.py. This room is below that one and must not import it.
REFRESH_JOB = "reconciliation:refresh"
PULL_JOB = "reconciliation:pull"


@blueprint.periodic(cron="17 3 * * *")
@blueprint.task(name="scrub", pass_context=True, queueing_lock="stripe_events:scrub")
def scrub(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 procrastinate passes it
    """Empty the raw bodies that are older than their retention period, every night."""
    retention.scrub_old_bodies(context.additional_context["services"])


def refresh_slot(jobs: procrastinate.App) -> JobSlot:
    """Return the refresh job's columns, for the statement that saves an event together with the job."""
    task = jobs.tasks[REFRESH_JOB]
    return JobSlot(task.name, task.queue, task.priority, REFRESH_JOB)


def defer_refresh(services: Services) -> None:
    """Queue a refresh of the objects whose events are due, unless one is queued already."""
    defer_once(services, REFRESH_JOB)


def defer_pull(services: Services) -> None:
    """Queue a pull of the balance, unless one is queued already."""
    defer_once(services, PULL_JOB)


def defer_once(services: Services, task: str) -> None:
    """Queue a job unless it is queued already. Raise StoreUnavailableError if the job could not be queued."""
    try:
        with suppress(AlreadyEnqueued), committed(services.engine) as connection:
            raw = connection.connection.driver_connection
            services.jobs.configure_task(task, allow_unknown=False, connection=raw).defer()
    except ConnectorException as error:
        raise StoreUnavailableError("the job could not be queued") from error
