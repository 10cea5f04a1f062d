"""The job behind exports: letting go of what no file can need again."""

import procrastinate
import structlog

from service.exports.records_store import prune_records
from service.services import Services

blueprint = procrastinate.Blueprint()
log = structlog.get_logger()


@blueprint.periodic(cron="43 3 * * 0")
@blueprint.task(name="prune", pass_context=True, queueing_lock="exports:prune")
def prune(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Every week: old changes of facts go, except those that repeat the exports of closed periods."""
    services: Services = context.additional_context["services"]
    with services.engine.begin() as connection:
        log.info("record_changes_pruned", count=prune_records(connection))
