"""A mail server for tests that records every line it is sent, and whether the connection was encrypted."""

import datetime
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST_NAME = "mail.courier.test"


@dataclass
class MailServer:
    """What the server offers and answers, and the lines it was sent: in clear, and encrypted."""

    certificate: Path
    has_starttls: bool = True
    is_encrypted_from_the_start: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    clear: list[str] = field(default_factory=list)
    encrypted: list[str] = field(default_factory=list)
    port: int = 0

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context


class Conversation(socketserver.StreamRequestHandler):
    """One connection to the server."""

    def handle(self) -> None:
        self.mail: MailServer = self.server.mail  # type: ignore[attr-defined]
        self.is_encrypted = False
        try:
            if self.mail.is_encrypted_from_the_start:
                self.encrypt()
            self.converse()
        except OSError:
            pass  # the client ended the connection, as it does if it distrusts the certificate

    def converse(self) -> None:
        self.answer("220 ready")
        for line in self.lines():
            command = line.split(" ")[0].split(":")[0].upper()
            if command == "EHLO":
                offers_starttls = self.mail.has_starttls and not self.is_encrypted
                self.answer("250-hello\r\n" + ("250-STARTTLS\r\n" if offers_starttls else "") + "250 AUTH PLAIN")
            elif command == "STARTTLS":
                self.answer("220 go ahead")
                self.encrypt()
            elif command == "DATA":
                self.answer("354 go ahead")
                while self.line() != ".":
                    pass
                self.answer(self.mail.answers.get("DATA", "250 accepted"))
            elif command == "QUIT":
                self.answer("221 bye")
                return
            else:
                self.answer(self.mail.answers.get(command, "235 fine" if command == "AUTH" else "250 fine"))

    def lines(self) -> Iterator[str]:
        while line := self.line():
            yield line

    def line(self) -> str:
        line = self.rfile.readline().decode().rstrip("\r\n")
        (self.mail.encrypted if self.is_encrypted else self.mail.clear).append(line)
        return line

    def answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def encrypt(self) -> None:
        self.request = self.mail.context().wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.is_encrypted = True

    def finish(self) -> None:
        self.request.close()


@contextmanager
def listening(mail: MailServer) -> Iterator[MailServer]:
    """Run the server on a free port of this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.mail = mail  # type: ignore[attr-defined]
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()


def write_certificate(path: Path) -> Path:
    """Write a key and a certificate for HOST_NAME into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST_NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST_NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
