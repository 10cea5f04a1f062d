"""Forgetting, on a schedule."""

import procrastinate

from service.decisions.signed_in import forget_idle

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="17 3 * * *")
@blueprint.task(name="forget_idle_readers", pass_context=True, queueing_lock="readers:forget_idle_readers")
def forget_idle_readers(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Every night: signed-in readers not seen for 400 days."""
    forget_idle(context.additional_context["services"])
