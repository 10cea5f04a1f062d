"""The jobs behind the inbox: look at an object, pull the balance, sweep up what waits, forget old bodies."""

from contextlib import suppress

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.reconciliation import pull as pulling
from service.reconciliation import refresh as refreshing
from service.services import Services
from service.stripe_events import retention
from service.stripe_events.store import JobSlot

blueprint = procrastinate.Blueprint()
PULL_LOCK = "stripe_events:pull"
REFRESH_LOCK = "stripe_events:refresh"


def _services(context: procrastinate.JobContext) -> Services:
    services: Services = context.additional_context["services"]
    return services


@blueprint.task(name="refresh", pass_context=True, queueing_lock=REFRESH_LOCK)
def refresh(context: procrastinate.JobContext) -> None:
    """Look at objects whose events are due, and again until none is; failures are retried on the inbox's own clock.

    Arriving events queue it only where it does not wait already: a burst is few jobs and large batches. The last look,
    which finds nothing, is also for an event that was committed just after this job had begun.
    """
    services = _services(context)
    if refreshing.sweep(services):
        defer_pull(services)
        _defer_once(services, "stripe_events:refresh")


@blueprint.task(name="pull", pass_context=True, lock=PULL_LOCK, queueing_lock=PULL_LOCK)
def pull(context: procrastinate.JobContext) -> None:
    """Take over what moved on the Stripe balance, woken by an event."""
    pulling.pull_balance(_services(context))


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="sweep", pass_context=True, queueing_lock="stripe_events:sweep")
def sweep(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Every minute: work on whatever is due, also where a job was lost."""
    refreshing.sweep(_services(context))


@blueprint.periodic(cron="*/15 * * * *")
@blueprint.task(name="pull_regularly", pass_context=True, lock=PULL_LOCK, queueing_lock="stripe_events:pull_regularly")
def pull_regularly(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Every quarter of an hour: take over balance transactions and payouts that no event told of."""
    pulling.sync(_services(context))


@blueprint.periodic(cron="17 3 * * *")
@blueprint.task(name="scrub", pass_context=True, queueing_lock="stripe_events:scrub")
def scrub(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Every night: empty raw bodies past their time."""
    retention.scrub_old_bodies(_services(context))


def refresh_slot(services: Services) -> JobSlot:
    """Where the look at due objects goes, for the statement that keeps the event which asks for it."""
    task = services.jobs.tasks["stripe_events:refresh"]
    return JobSlot(task.name, task.queue, task.priority, REFRESH_LOCK)


def defer_pull(services: Services) -> None:
    """Ask for a pull of the balance, unless one is waiting already."""
    _defer_once(services, "stripe_events:pull")


def _defer_once(services: Services, task: str) -> None:
    """Queue a job unless it waits already; raises StoreUnavailableError when the queue does not take it."""
    try:
        with suppress(AlreadyEnqueued), committed(services.engine) as connection:
            raw = connection.connection.driver_connection
            services.jobs.configure_task(task, allow_unknown=False, connection=raw).defer()
    except ConnectorException as error:
        raise StoreUnavailableError("the job queue did not take the job") from error
