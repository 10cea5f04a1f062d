"""The nightly job that forgets signed-in readers who no longer visit."""

import procrastinate

from service.readers.accounts import forget_idle_accounts

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="17 3 * * *")
@blueprint.task(name="forget_idle_readers", pass_context=True, queueing_lock="readers:forget_idle_readers")
def forget_idle_readers(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Erase the rows of signed-in readers not seen for 400 days."""
    forget_idle_accounts(context.additional_context["services"])
