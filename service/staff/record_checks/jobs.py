"""The nightly job that checks the chain of the record."""

import procrastinate

from service.staff.record_checks.checking import check_record

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="41 3 * * *")
@blueprint.task(name="check_record", pass_context=True, queueing_lock="staff:check_record")
def check_record_nightly(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Check the record. The screen Record shows the result."""
    services = context.additional_context["services"]
    check_record(services.engine, services.clock())
