"""Background jobs that send mail."""

import procrastinate
from procrastinate.exceptions import ConnectorException

from service.contributions.mail.sending import send_due_mail, sweep_old_mail
from service.contributions.portal.portal import send_portal_link
from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.services import Services

PURPOSE = "portal address"
# One job at a time sends mail, because a mail server that hangs holds a thread of the worker.
MAIL = "contributions:mail"

blueprint = procrastinate.Blueprint()


@blueprint.task(name="portal_link", pass_context=True, lock=MAIL)
def portal_link(context: procrastinate.JobContext, site: str, address: str) -> None:
    """Mail a portal link if the sealed address is a contributor's, at once, because a reader is waiting for it."""
    services: Services = context.additional_context["services"]
    opened = services.keys.sealer(PURPOSE, site).open(address)
    if opened is not None:
        send_portal_link(services, site, opened.decode())
        send_due_mail(services)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="send_mail_regularly", pass_context=True, lock=MAIL, queueing_lock="contributions:send_mail_regularly"
)
def send_mail_regularly(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Send all due mail every minute, including mail that could not be sent before."""
    send_due_mail(context.additional_context["services"])


@blueprint.periodic(cron="29 3 * * *")
@blueprint.task(name="sweep_mail", pass_context=True, queueing_lock="contributions:sweep_mail")
def sweep_mail(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Delete old mails and portal links every night, so that the tables do not grow forever."""
    sweep_old_mail(context.additional_context["services"])


def defer_portal_link(services: Services, site: str, email: str) -> None:
    """Queue the job that mails a portal link. Raise StoreUnavailableError if that fails.

    The address is not looked up before the answer, so the time until the answer does not tell whether it is known. It
    is sealed, because rows of the queue may outlast the job.
    """
    sealed = services.keys.sealer(PURPOSE, site).seal(email.encode())
    try:
        with committed(services.engine) as connection:
            raw = connection.connection.driver_connection
            task = services.jobs.configure_task("contributions:portal_link", allow_unknown=False, connection=raw)
            task.defer(site=site, address=sealed)
    except ConnectorException as error:
        raise StoreUnavailableError("the job queue did not accept the job") from error
