"""Mail by SMTP: passwords and links are only sent encrypted, and a final refusal ends the attempts."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskCliRunner

from service.contributions.mail.sending import send_due_mail
from service.contributions.mail.smtp import UndeliverableError, ascii_domain, must_encrypt, smtp_deliverer
from service.contributions.portal.portal import send_portal_link
from tests.contributions.mail.smtp_listener import HOST_NAME, MailServer, listening, write_certificate
from tests.contributions.world import MARY, Newsroom

LINK = "https://support.courier.example/portal/a-one-time-link"
PASSWORD = "s3cretpass"
ENCODED_PASSWORD = "AG1haWx1c2VyAHMzY3JldHBhc3M="


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("smtp") / "certificate.pem")


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate, in a world in which it is trusted and its name leads to this machine."""
    find = socket.getaddrinfo

    def find_here(host: str, *arguments: Any, **options: Any) -> Any:
        return find("127.0.0.1" if host == HOST_NAME else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", find_here)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def message(recipient: str = "mary@courier.example") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "support@courier.example", recipient, "Your link"
    made.set_content(LINK)
    return made


@contextmanager
def dripping(said: bytes) -> Iterator[int]:
    """Run a mail server that says this at once, and then a byte every tenth of a second. Yield its port."""
    ended = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(said)
            while not ended.wait(0.1):
                connection.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def test_smtp_sends_password_and_mail_only_after_starttls(trusted: Path) -> None:
    with listening(MailServer(trusted)) as server:
        smtp_deliverer(f"smtp://mailuser:{PASSWORD}@{HOST_NAME}:{server.port}")(message())

    assert [line.split(" ")[0] for line in server.clear] == ["ehlo", "STARTTLS"]
    assert f"AUTH PLAIN {ENCODED_PASSWORD}" in server.encrypted
    assert LINK in server.encrypted


def test_smtps_is_encrypted_from_the_first_line(trusted: Path) -> None:
    with listening(MailServer(trusted, is_encrypted_from_the_start=True)) as server:
        smtp_deliverer(f"smtps://mailuser:{PASSWORD}@{HOST_NAME}:{server.port}")(message())

    assert server.clear == []
    assert LINK in server.encrypted


@pytest.mark.parametrize("address", [f"smtp://{HOST_NAME}", f"smtp://mailuser:{PASSWORD}@127.0.0.1"])
def test_a_server_without_starttls_gets_neither_password_nor_mail(trusted: Path, address: str) -> None:
    with listening(MailServer(trusted, has_starttls=False)) as server, pytest.raises(smtplib.SMTPNotSupportedError):
        smtp_deliverer(f"{address}:{server.port}")(message())

    assert [line.split(" ")[0] for line in server.clear] == ["ehlo", "quit"]


def test_a_server_with_an_unknown_certificate_gets_neither_password_nor_mail(
    certificate: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with listening(MailServer(certificate)) as server, pytest.raises(ssl.SSLCertVerificationError):
        smtp_deliverer(f"smtp://mailuser:{PASSWORD}@{HOST_NAME}:{server.port}")(message())

    assert [line.split(" ")[0] for line in server.clear] == ["ehlo", "STARTTLS"]
    assert server.encrypted == []


def test_a_server_on_this_machine_may_take_mail_in_clear(certificate: Path) -> None:
    with listening(MailServer(certificate, has_starttls=False)) as server:
        smtp_deliverer(f"smtp://127.0.0.1:{server.port}")(message())

    assert LINK in server.clear


@pytest.mark.parametrize(
    ("address", "is_required"),
    [
        ("smtp://mail.courier.example", True),
        ("smtp://192.0.2.1:25", True),
        ("smtp://localhost.courier.example", True),
        ("smtp://user:password@localhost", True),
        ("smtp://localhost:25", False),
        ("smtp://127.0.0.2", False),
        ("smtp://[::1]:25", False),
    ],
)
def test_encryption_is_required_unless_the_server_is_here_and_takes_no_password(
    address: str, is_required: bool
) -> None:
    assert must_encrypt(urlsplit(address)) is is_required


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_final_refusal_is_told_from_one_that_may_pass(certificate: Path, command: str) -> None:
    with listening(MailServer(certificate, answers={command: "550 no such user"})) as server:
        with pytest.raises(UndeliverableError, match="550"):
            smtp_deliverer(f"smtp://127.0.0.1:{server.port}")(message())
        server.answers[command] = "451 try again"
        with pytest.raises(smtplib.SMTPException):
            smtp_deliverer(f"smtp://127.0.0.1:{server.port}")(message())


def test_a_domain_is_sent_in_ascii(certificate: Path) -> None:
    with listening(MailServer(certificate)) as server:
        smtp_deliverer(f"smtp://127.0.0.1:{server.port}")(message(ascii_domain("mary@straße.de")))

    assert "rcpt TO:<mary@xn--strae-oqa.de>" in server.clear
    assert "To: mary@xn--strae-oqa.de" in server.clear


def test_an_address_that_no_ascii_server_takes_is_undeliverable(certificate: Path) -> None:
    with listening(MailServer(certificate)) as server, pytest.raises(UndeliverableError, match="ASCII"):
        smtp_deliverer(f"smtp://127.0.0.1:{server.port}")(message("maría@courier.example"))


def test_a_domain_that_cannot_exist_is_undeliverable() -> None:
    with pytest.raises(UndeliverableError):
        ascii_domain("mary@-ä.example")


@pytest.mark.parametrize(
    "said", [b"", b"220 ready\r\n", b"220 ready\r\n250 hello\r\n250 sender\r\n250 recipient\r\n354 go\r\n"]
)
def test_an_answer_that_comes_byte_by_byte_ends_at_the_deadline(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.contributions.mail.smtp.MAIL_SECONDS", 0.5)
    started_at = time.monotonic()

    with dripping(said) as port, pytest.raises(smtplib.SMTPServerDisconnected):
        smtp_deliverer(f"smtp://127.0.0.1:{port}")(message())

    assert time.monotonic() - started_at < 5


def test_mail_stays_in_the_outbox_while_the_server_does_not_offer_starttls(newsroom: Newsroom, trusted: Path) -> None:
    newsroom.give()
    newsroom.settle_after(minutes=1)
    send_portal_link(newsroom.services, "courier", MARY)

    with listening(MailServer(trusted, has_starttls=False)) as server:
        send_due_mail(newsroom.services, smtp_deliverer(f"smtp://{HOST_NAME}:{server.port}"))

    rows = newsroom.rows("SELECT status, last_error FROM mail_outbox WHERE kind = 'portal_link'")
    assert rows == [("waiting", "SMTPNotSupportedError")]


def test_mail_that_was_refused_for_good_is_not_sent_again(newsroom: Newsroom, certificate: Path) -> None:
    newsroom.give()
    newsroom.settle_after(minutes=1)
    send_portal_link(newsroom.services, "courier", MARY)

    with listening(MailServer(certificate, answers={"RCPT": "550 no such user"})) as server:
        for _ in range(2):
            send_due_mail(newsroom.services, smtp_deliverer(f"smtp://127.0.0.1:{server.port}"))
            newsroom.clock.advance(days=1)

    rows = newsroom.rows("SELECT status, attempt_count, last_error FROM mail_outbox WHERE kind = 'portal_link'")
    assert rows == [("dead", 1, "the mail server refused the recipient with status 550")]
    shown = FlaskCliRunner(newsroom.client.application).invoke(args=["doctor"]).output
    assert "could not be sent: 1; 1 with: the mail server refused the recipient with status 550" in shown
