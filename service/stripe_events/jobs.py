"""The jobs behind the inbox: look at an object, pull the balance, sweep up what waits, forget old bodies."""

from contextlib import suppress

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from sqlalchemy import Connection

from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.services import Services
from service.stripe_events import pull as pulling
from service.stripe_events import refresh as refreshing
from service.stripe_events import retention
from service.stripe_events.event_objects import ObjectRef, ObjectType
from service.stripe_events.refresh import Outcome

blueprint = procrastinate.Blueprint()
PULL_LOCK = "stripe_events:pull"


def _services(context: procrastinate.JobContext) -> Services:
    services: Services = context.additional_context["services"]
    return services


@blueprint.task(name="refresh", pass_context=True)
def refresh(context: procrastinate.JobContext, *, object_type: str, object_id: str) -> None:
    """Look at one object. Repeats find nothing due; failures are retried by the sweep, on the inbox's own clock."""
    services = _services(context)
    outcome = refreshing.refresh_object(services, ObjectRef(ObjectType(object_type), object_id))
    if outcome is Outcome.REFRESHED:
        defer_pull(services)


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


def defer_refresh(services: Services, connection: Connection, ref: ObjectRef) -> None:
    """Ask for a look at an object, in the caller's transaction."""
    _defer(
        services, connection, "stripe_events:refresh", ref.lock, {"object_type": ref.type.value, "object_id": ref.id}
    )


def defer_pull(services: Services) -> None:
    """Ask for a pull of the balance, unless one is waiting already."""
    with suppress(AlreadyEnqueued), committed(services.engine) as connection:
        _defer(services, connection, "stripe_events:pull", PULL_LOCK, {})


def _defer(services: Services, connection: Connection, task: str, lock: str, arguments: dict[str, str]) -> None:
    """Queue a job in this very transaction; raises StoreUnavailableError when the queue does not take it."""
    raw = connection.connection.driver_connection
    try:
        services.jobs.configure_task(task, allow_unknown=False, lock=lock, connection=raw).defer(**arguments)
    except ConnectorException as error:
        raise StoreUnavailableError("the job queue did not take the job") from error
