"""The jobs behind contributions: sending mail."""

import procrastinate
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Connection

from service.contributions.mail import sending as mail
from service.errors import StoreUnavailableError
from service.services import Services

blueprint = procrastinate.Blueprint()


@blueprint.task(name="send_mail", pass_context=True)
def send_mail(context: procrastinate.JobContext) -> None:
    """Send what is due now, for a reader who waits for it."""
    mail.send_due_mail(context.additional_context["services"])


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="send_mail_regularly", pass_context=True, queueing_lock="contributions:send_mail_regularly")
def send_mail_regularly(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Every minute: send what facts have called for, and what could not be sent before."""
    mail.send_due_mail(context.additional_context["services"])


def defer_mail(services: Services, connection: Connection) -> None:
    """Ask for mail to be sent, in the caller's transaction."""
    raw = connection.connection.driver_connection
    try:
        services.jobs.configure_task("contributions:send_mail", allow_unknown=False, connection=raw).defer()
    except ConnectorException as error:
        raise StoreUnavailableError("the job queue did not take the job") from error
