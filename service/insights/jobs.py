"""Background jobs: measure campaigns, and forget which events of prompts were reported."""

import procrastinate

from service.insights.measure import measure_all
from service.insights.reported_events import forget_reported_events

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="*/10 * * * *")
@blueprint.task(name="measure", pass_context=True, queueing_lock="insights:measure")
def measure(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Update the shares of bandits and the money raised, every ten minutes."""
    measure_all(context.additional_context["services"])


@blueprint.periodic(cron="7 * * * *")
@blueprint.task(name="forget_reports", pass_context=True, queueing_lock="insights:forget_reports")
def forget_reports(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Forget, every hour, which events were reported of prompts whose tokens have expired."""
    forget_reported_events(context.additional_context["services"])
