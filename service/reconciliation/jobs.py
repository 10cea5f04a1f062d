"""Jobs: refresh objects whose events are due, pull the balance, and check all books every hour."""

import procrastinate

from service.contributions.checkout.declined import expire_declined_sessions
from service.reconciliation import pull as pulling
from service.reconciliation import refresh as refreshing
from service.reconciliation.checking import check_books
from service.services import Services
from service.stripe_events.jobs import PULL_JOB, REFRESH_JOB, defer_once, defer_pull, defer_refresh

SYNC_JOB = "reconciliation:sync_now"
CHECK_JOB = "reconciliation:check_now"

blueprint = procrastinate.Blueprint()


def _services(context: procrastinate.JobContext) -> Services:
    services: Services = context.additional_context["services"]
    return services


@blueprint.task(name="refresh", pass_context=True, queueing_lock=REFRESH_JOB)
def refresh(context: procrastinate.JobContext) -> None:
    """Refresh objects whose events are due, and queue another refresh until nothing is due.

    An arriving event queues this job only if none is queued, so a burst of events leads to few jobs with large batches.
    The last run finds nothing; it is there for an event that was committed while the run before it was at work. The
    inbox decides when a failed event is due again.
    """
    services = _services(context)
    if refreshing.sweep(services):
        expire_declined_sessions(services)
        defer_pull(services)
        defer_refresh(services)


@blueprint.task(name="pull", pass_context=True, lock=PULL_JOB, queueing_lock=PULL_JOB)
def pull(context: procrastinate.JobContext) -> None:
    """Pull the newest balance transactions, after an event announced some."""
    pulling.pull_balance(_services(context))


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="sweep", pass_context=True, queueing_lock="reconciliation:sweep")
def sweep(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 procrastinate passes it
    """Refresh objects whose events are due, every minute, which also retries failed events and covers lost jobs."""
    refreshing.sweep(_services(context))
    expire_declined_sessions(_services(context))


@blueprint.periodic(cron="*/15 * * * *")
@blueprint.task(name="pull_regularly", pass_context=True, lock=PULL_JOB, queueing_lock="reconciliation:pull_regularly")
def pull_regularly(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 procrastinate passes it
    """Pull balance transactions and payouts every 15 minutes, because some of them have no event."""
    pulling.sync(_services(context))


@blueprint.periodic(cron="37 * * * *")
@blueprint.task(name="check", pass_context=True, queueing_lock="reconciliation:check")
def check(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 procrastinate passes it
    """Post what is due and check every invariant, every hour."""
    check_books(_services(context))


@blueprint.task(name="sync_now", pass_context=True, lock=PULL_JOB, queueing_lock=SYNC_JOB)
def sync_now(context: procrastinate.JobContext) -> None:
    """Pull completely, because a person asked for it, and check every invariant afterwards."""
    pulling.sync(_services(context))
    check_books(_services(context))


@blueprint.task(name="check_now", pass_context=True, queueing_lock=CHECK_JOB)
def check_now(context: procrastinate.JobContext) -> None:
    """Post what is due and check every invariant, because a person asked for it."""
    check_books(_services(context))


def defer_sync(services: Services) -> None:
    """Queue a complete pull with a check, unless one is queued already."""
    defer_once(services, SYNC_JOB)


def defer_check(services: Services) -> None:
    """Queue a check of every invariant, unless one is queued already."""
    defer_once(services, CHECK_JOB)
