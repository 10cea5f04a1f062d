"""Send the mail in the outbox by SMTP, or write it to files if no SMTP server is set."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.errors import MessageError
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import structlog

from service.addresses import split_address
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.checkout.resume import resume_token
from service.contributions.contribution import Contribution
from service.contributions.mail import outbox_store
from service.contributions.mail.kinds import STAFF_KINDS, MailKind
from service.contributions.mail.outbox_store import MailStatus, OutboxMail
from service.contributions.mail.smtp import UndeliverableError, ascii_domain, is_server_trouble, smtp_deliverer
from service.contributions.mail.subject_store import amount_of_subject
from service.contributions.mail.texts import MailFacts, mail_text
from service.contributions.portal import store as portal_store
from service.contributions.portal.link import seal_link
from service.database.transaction import committed
from service.errors import StoreUnavailableError, StripeRefusedError, StripeUnavailableError
from service.private_folders import make_private_folder, write_private_file
from service.services import Services
from service.settings import Settings

RETRY_GAPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
RETRIED_ERRORS = (
    smtplib.SMTPException,
    OSError,
    StripeUnavailableError,
    StripeRefusedError,
    StoreUnavailableError,
)
MAX_MAILS_PER_RUN = 500
MAIL_DAYS = 400
DEMO_SENDER = "support@keepopen.invalid"

log = structlog.get_logger()
Deliver = Callable[[EmailMessage], None]


def send_due_mail(services: Services, deliver: Deliver | None = None) -> int:
    """Send the mail that is due, and return how many mails were taken from the outbox.

    A mail is marked before it is sent. If the process crashes in between, the mail stays marked and is not sent twice.
    If the mail server cannot be used, the mails behind wait for the next run, and none of their attempts is lost.
    """
    deliver = deliver or deliverer(services.settings, services.clock)
    for count in range(MAX_MAILS_PER_RUN):
        with committed(services.engine) as connection:
            mail = outbox_store.take_mail(connection, services.clock())
        if mail is None:
            return count
        if not _send(services, mail, deliver):
            return count + 1
    return MAX_MAILS_PER_RUN


def sweep_old_mail(services: Services) -> int:
    """Delete mails and portal links that are older than MAIL_DAYS. Return how many rows there were.

    The keys of mails keep them from being sent twice, so they are kept for much longer than any cause counts as recent.
    """
    before = services.clock() - timedelta(days=MAIL_DAYS)
    with committed(services.engine) as connection:
        return outbox_store.delete_old_mail(connection, before) + portal_store.delete_links(connection, before)


def _send(services: Services, mail: OutboxMail, deliver: Deliver) -> bool:
    """Send a mail and save the outcome. An error before the mail has left is an outcome too, of whatever type it is.

    Return whether other mail can be sent now.
    """
    now = services.clock()
    try:
        message = _message(services, mail)
        if message is not None:
            deliver(message)
    except UndeliverableError as error:
        _return(services, mail, str(error), None)
        return True
    except RETRIED_ERRORS as error:
        is_last = mail.attempt_count > len(RETRY_GAPS)
        next_attempt_at = None if is_last else now + RETRY_GAPS[mail.attempt_count - 1]
        _return(services, mail, type(error).__name__, next_attempt_at)
        return not is_server_trouble(error)
    except Exception as error:  # an error of ours would only repeat itself, and must not stop the mails behind this one
        log.error("mail_failed", kind=mail.kind, contribution=mail.contribution_id, exc_info=error)
        _return(services, mail, f"an error in the service: {type(error).__name__}", None)
        return True
    _finish(services, mail, MailStatus.SENT if message else MailStatus.DROPPED, now)
    return True


def _return(services: Services, mail: OutboxMail, error: str, next_attempt_at: datetime | None) -> None:
    """Put a mail that was not sent back into the outbox. It is dead if there is no next attempt."""
    is_dead = next_attempt_at is None
    log.warning("mail_not_sent", kind=mail.kind, contribution=mail.contribution_id, error=error, is_dead=is_dead)
    with committed(services.engine) as connection:
        outbox_store.return_mail(connection, mail.key, error, next_attempt_at)


def _finish(services: Services, mail: OutboxMail, status: MailStatus, now: datetime) -> None:
    with committed(services.engine) as connection:
        outbox_store.finish_mail(connection, mail.key, status, now)


def _message(services: Services, mail: OutboxMail) -> EmailMessage | None:
    """Return the complete mail, or None if the contributor has no address or there is nothing left to do.

    Raise UndeliverableError if the mail cannot be written.
    """
    with committed(services.engine) as connection:
        contribution = store.find_contribution(connection, mail.contribution_id)
        address = store.email_of(connection, mail.contribution_id)
        amount = amount_of_subject(connection, mail.kind, mail.subject_id)
    sender = services.settings.mail_from or DEMO_SENDER
    recipient = sender if mail.kind in STAFF_KINDS else address
    link = _link(services, mail, contribution)
    if recipient is None or link is None or (contribution is None and mail.contribution_id):
        return None
    site_name = _site_name(services, contribution)
    text = mail_text(mail.kind, MailFacts(site_name, contribution, link, mail.subject_id, amount))
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = sender, ascii_domain(recipient), text.subject
        message.set_content(text.body)
    except (ValueError, MessageError) as error:  # such as a line break in the name of a site
        raise UndeliverableError(f"the mail could not be written: {type(error).__name__}") from None
    message["Message-ID"] = f"<{_message_id(mail)}@{split_address(services.settings.public_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _site_name(services: Services, contribution: Contribution | None) -> str:
    if contribution is None:
        return ""
    key = contribution.attempt.mark.site
    site = services.part(SnapshotHolder).current().sites.get(key)
    return site.site.name if site else key


def _link(services: Services, mail: OutboxMail, contribution: Contribution | None) -> str | None:
    """Return the address at which the reader can act on the mail, or None if that is no longer needed."""
    public_url = services.settings.public_url
    if mail.kind is MailKind.PORTAL_LINK:
        return f"{public_url}/portal/{seal_link(services.keys, mail.subject_id or '')}"
    if mail.kind is MailKind.PAYMENT_FAILED:
        return f"{public_url}/resume/{resume_token(services.keys, mail.contribution_id)}"
    if mail.kind is MailKind.ACTION_NEEDED:
        return services.gateway.fetch_invoice_page(mail.subject_id or "")
    return f"{public_url}/portal?site={contribution.attempt.mark.site}" if contribution else ""


def _message_id(mail: OutboxMail) -> str:
    return sha256(mail.key.encode()).hexdigest()[:32]


def deliverer(settings: Settings, clock: Callable[[], datetime]) -> Deliver:
    """Return the function that sends a mail: by SMTP if SMTP_URL is set, else to a file in `VAR_DIR/mail`."""
    if settings.smtp_url is None:
        return _to_folder(settings.var_dir / "mail", clock)
    return smtp_deliverer(settings.smtp_url)


def _to_folder(folder: Path, clock: Callable[[], datetime]) -> Deliver:
    def deliver(message: EmailMessage) -> None:
        make_private_folder(folder)  # a mail may hold a link that opens a contributor's portal
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        write_private_file(folder / f"{clock():%Y%m%dT%H%M%S}-{name}.eml", message.as_bytes())

    return deliver
