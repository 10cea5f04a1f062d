"""Deliver mail to an SMTP server. The connection is encrypted, except for mail without a password to this machine."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote

import idna

from service.addresses import is_loopback, split_address
from service.errors import DomainError
from service.waiting_limits import MAIL_SECONDS, MAIL_SILENCE_SECONDS, seconds_left, within

FIRST_FINAL_STATUS = 500
# Answers about one mail. After every other error the next mail would fail too.
REFUSALS = (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class UndeliverableError(DomainError):
    """The mail cannot be delivered, and another attempt would fail in the same way. The message names no address."""

    code = "undeliverable_mail"


def smtp_deliverer(url: str) -> Callable[[EmailMessage], None]:
    """Return a function that sends a mail to the server of an `smtp://` or `smtps://` address.

    It raises UndeliverableError if the server refuses the mail for good, and SMTPException or OSError if another
    attempt may succeed. With `smtp://` it uses STARTTLS, and sends nothing if the server does not offer that.
    """

    def deliver(message: EmailMessage) -> None:
        with smtp_session(url) as server:
            _send(server, message)

    return deliver


@contextlib.contextmanager
def smtp_session(url: str) -> Iterator[smtplib.SMTP]:
    """Yield a server that is ready to take mail, with the encryption and the password of its address.

    After MAIL_SECONDS the connection ends, whatever the server is doing.
    """
    parts = split_address(url)
    context = ssl.create_default_context()
    with within(MAIL_SECONDS):
        server = _connect(parts, context)
        try:
            if parts.scheme == "smtp" and must_encrypt(parts):
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            yield server
        finally:
            # The mail is sent or refused by now. An error here must not make the outbox send it a second time.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def must_encrypt(parts: SplitResult) -> bool:
    """Return whether this server must offer STARTTLS. Only a server on this machine that takes no password need not."""
    return bool(parts.username) or not is_loopback(parts.hostname or "")


def is_server_trouble(error: Exception) -> bool:
    """Return whether the server could not be used at all, so that other mail need not be tried now."""
    return isinstance(error, OSError) and not isinstance(error, REFUSALS)


class _Server(smtplib.SMTP):
    """Waits for every answer until the deadline at most. The time-out is for one read, and an answer may take many."""

    _is_cut = False

    def getreply(self) -> tuple[int, bytes]:
        """Return the status and the text of an answer. Raise SMTPServerDisconnected if it is not whole in time."""
        deadline = threading.Timer(seconds_left(MAIL_SECONDS), self._cut)
        deadline.daemon = True
        deadline.start()
        try:
            answer = super().getreply()
        finally:
            deadline.cancel()
        if self._is_cut:  # the beginning of an answer was taken for the whole
            self.close()
            raise smtplib.SMTPServerDisconnected("the answer is late")
        return answer

    def _cut(self) -> None:
        self._is_cut = True
        with contextlib.suppress(OSError):
            if self.sock:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _EncryptedServer(_Server, smtplib.SMTP_SSL):
    """A server that is encrypted from the start."""


def _connect(parts: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return _EncryptedServer(host, parts.port or 465, timeout=MAIL_SILENCE_SECONDS, context=context)
    return _Server(host, parts.port or 587, timeout=MAIL_SILENCE_SECONDS)


def _send(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        status = min(status for status, _ in error.recipients.values())
        if status >= FIRST_FINAL_STATUS:
            raise UndeliverableError(f"the mail server refused the recipient with status {status}") from None
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= FIRST_FINAL_STATUS:
            raise UndeliverableError(f"the mail server refused the mail with status {error.smtp_code}") from None
        raise
    except smtplib.SMTPNotSupportedError:
        raise UndeliverableError("the address is not ASCII, and the mail server takes only ASCII") from None


def ascii_domain(address: str) -> str:
    """Return an e-mail address with its domain in ASCII (IDNA), as every mail server takes it.

    Raise UndeliverableError if that domain cannot exist.
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        raise UndeliverableError("the domain of the recipient's address is not valid") from None
