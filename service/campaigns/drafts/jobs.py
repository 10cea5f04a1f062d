"""The background job that notes when scheduled versions come into force."""

import procrastinate

from service.campaigns.drafts.versions import Author, settle_release
from service.campaigns.store import due_documents
from service.database.transaction import committed
from service.services import Services

WORKER_NAME = "worker"

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="settle_releases", pass_context=True, queueing_lock="campaigns:settle_releases")
def settle_releases(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Note every minute which scheduled versions have come into force. Readers see them on time without this job."""
    settle_due_releases(context.additional_context["services"])


def settle_due_releases(services: Services) -> int:
    """Note the scheduled versions whose time has come, and return how many there were."""
    with committed(services.engine) as connection:
        now = services.clock()
        due = due_documents(connection, now)
        for state in due:
            settle_release(connection, state, Author(WORKER_NAME, now))
    return len(due)
