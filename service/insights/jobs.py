"""The background job that measures campaigns."""

import procrastinate

from service.insights.measure import measure_all

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="*/10 * * * *")
@blueprint.task(name="measure", pass_context=True, queueing_lock="insights:measure")
def measure(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Update the shares of bandits and the money raised, every ten minutes."""
    measure_all(context.additional_context["services"])
