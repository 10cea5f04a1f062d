"""Background jobs that send mail."""

import procrastinate
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Connection

from service.contributions.mail.sending import send_due_mail
from service.errors import StoreUnavailableError
from service.services import Services

blueprint = procrastinate.Blueprint()


@blueprint.task(name="send_mail", pass_context=True)
def send_mail(context: procrastinate.JobContext) -> None:
    """Send all due mail now, because a reader is waiting for theirs."""
    send_due_mail(context.additional_context["services"])


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="send_mail_regularly", pass_context=True, queueing_lock="contributions:send_mail_regularly")
def send_mail_regularly(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Send all due mail every minute, including mail that could not be sent before."""
    send_due_mail(context.additional_context["services"])


def defer_mail(services: Services, connection: Connection) -> None:
    """Queue the job that sends mail, in the caller's transaction. Raise StoreUnavailableError if that fails."""
    raw = connection.connection.driver_connection
    try:
        services.jobs.configure_task("contributions:send_mail", allow_unknown=False, connection=raw).defer()
    except ConnectorException as error:
        raise StoreUnavailableError("the job queue did not accept the job") from error
