"""Jobs: prepare a file that a person asked for, and every week delete saved changes of facts that no export needs."""

import procrastinate
import structlog

from service.database.transaction import committed
from service.exports.records_store import prune_records
from service.exports.runs import preparing
from service.services import Services

blueprint = procrastinate.Blueprint()
log = structlog.get_logger()


@blueprint.periodic(cron="43 3 * * 0")
@blueprint.task(name="prune", pass_context=True, queueing_lock="exports:prune")
def prune(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Delete old changes of facts, except those that exports of closed periods need to be repeated."""
    services: Services = context.additional_context["services"]
    with committed(services.engine) as connection:
        log.info("record_changes_pruned", count=prune_records(connection))


@blueprint.task(name="prepare", pass_context=True)
def prepare(context: procrastinate.JobContext, preparation_id: str) -> None:
    """Read a file to its end, and save its rows, sums and hash."""
    preparing.prepare(context.additional_context["services"], preparation_id)
