"""Check that PUBLIC_URL leads to this service: its name, its certificate, and the code that answers there."""

import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from urllib.request import urlopen

from service.addresses import split_address
from service.operations.build import build_id
from service.operations.doctor.connection_reasons import reason_in_words
from service.reconciliation.doctor import SetupFinding
from service.settings import Settings

MIN_CERTIFICATE_DAYS = 14
ANSWER_SECONDS = 5.0
MOST_BYTES = 10_000


def examine_address(settings: Settings, now: datetime) -> Iterator[SetupFinding]:
    """Run the checks of PUBLIC_URL. If its certificate is not valid, nothing more is asked there."""
    if settings.is_https:
        certificate = examine_certificate(settings.public_url, now)
        yield certificate
        if not certificate.is_fine:
            return
    yield examine_answer(settings.public_url)


def examine_answer(public_url: str) -> SetupFinding:
    """Check that the service answers at PUBLIC_URL, and that it runs the code of this command."""
    try:
        with urlopen(f"{public_url}/version", timeout=ANSWER_SECONDS) as answer:  # noqa: S310 settings allow http(s) only
            found = json.loads(answer.read(MOST_BYTES))
            build = found["build"]
    except (OSError, HTTPException):
        remedy = "Start the service, and check the name and the proxy: it passes on every path below PUBLIC_URL."
        return SetupFinding(False, f"the service does not answer at {public_url}", remedy)
    except (ValueError, KeyError, TypeError):
        return SetupFinding(False, f"something else than the service answers at {public_url}", "Check PUBLIC_URL.")
    if build != build_id():
        what = f"the service at {public_url} runs build {build}, and this command is of build {build_id()}"
        return SetupFinding(False, what, "Restart the service and the workers with the code of now.")
    return SetupFinding(True, f"the service answers at {public_url}")


def examine_certificate(public_url: str, now: datetime) -> SetupFinding:
    """Check that PUBLIC_URL answers with a certificate that is valid for a while yet."""
    parts = split_address(public_url)
    host, port = parts.hostname or "", parts.port or 443
    remedy = "Check the name server, the proxy that ends TLS, and how its certificate is renewed."
    try:
        with (
            socket.create_connection((host, port), ANSWER_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {}).get("notAfter", ""))
    except (OSError, ValueError) as error:
        reason = getattr(error, "verify_message", None) or reason_in_words(error)
        return SetupFinding(False, f"{host} cannot be reached with a valid certificate: {reason}", remedy)
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - now
    is_fine = left >= timedelta(days=MIN_CERTIFICATE_DAYS)
    return SetupFinding(is_fine, f"the certificate of {host} is valid for {left.days} days", "" if is_fine else remedy)
