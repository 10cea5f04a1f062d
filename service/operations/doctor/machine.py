"""Check the machine: free disk, its folder, this clock, the certificate of PUBLIC_URL, and the mail server."""

import shutil
import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.addresses import split_address
from service.contributions.mail.smtp import smtp_session
from service.private_folders import prepare_var_dir
from service.reconciliation.doctor import MAX_SKEW, SetupFinding
from service.settings import Settings, SettingsError

MIN_FREE_BYTES = 1024**3
MIN_FREE_SHARE = 0.05
MIN_CERTIFICATE_DAYS = 14
TLS_SECONDS = 5.0


def examine_machine(settings: Settings, now: datetime) -> Iterator[SetupFinding]:
    """Run the checks that need neither the database nor Stripe."""
    yield examine_folder(settings.var_dir)
    yield examine_disk(settings.var_dir)
    yield examine_mail(settings)
    if settings.is_https:
        yield examine_certificate(settings.public_url, now)


def examine_folder(var_dir: Path) -> SetupFinding:
    """Check that VAR_DIR is a private folder of ours."""
    try:
        prepare_var_dir(var_dir)
    except SettingsError as error:
        return SetupFinding(False, "VAR_DIR cannot be used", " ".join(error.problems))
    return SetupFinding(True, f"VAR_DIR is {var_dir.resolve()}")


def examine_disk(folder: Path) -> SetupFinding:
    """Check that the disk of VAR_DIR has space left."""
    place = next((path for path in (folder, *folder.resolve().parents) if path.exists()), Path("/"))
    usage = shutil.disk_usage(place)
    is_fine = usage.free >= MIN_FREE_BYTES and usage.free >= MIN_FREE_SHARE * usage.total
    remedy = "Delete what is not needed, such as old backups: a full disk stops PostgreSQL." if not is_fine else ""
    return SetupFinding(is_fine, f"free on the disk of VAR_DIR: {usage.free / 1024**3:.1f} GiB", remedy)


def examine_skew(what: str, other: datetime, now: datetime) -> SetupFinding:
    """Check that this clock is within a minute of another one."""
    skew = abs(other - now)
    remedy = "" if skew <= MAX_SKEW else "Set the clocks (NTP): webhook signatures and schedules depend on them."
    return SetupFinding(skew <= MAX_SKEW, f"this clock is {skew.total_seconds():.0f} s from {what}", remedy)


def examine_mail(settings: Settings) -> SetupFinding:
    """Check that the mail server takes a connection and the password. No mail is sent."""
    if settings.smtp_url is None:
        remedy = "" if settings.mail_to_files or not settings.is_https else "Set SMTP_URL."
        return SetupFinding(not remedy, "mail is written to files in VAR_DIR, because SMTP_URL is not set", remedy)
    host = split_address(settings.smtp_url).hostname
    try:
        with smtp_session(settings.smtp_url) as server:
            server.noop()
    except (smtplib.SMTPException, OSError) as error:
        reason = f"{type(error).__name__}{_status(error)}"
        return SetupFinding(False, f"the mail server {host} cannot be used: {reason}", "Check SMTP_URL.")
    remedy = "" if settings.mail_from else "Set MAIL_FROM, the sender of mails to readers."
    return SetupFinding(not remedy, f"the mail server {host} takes our mail", remedy)


def _status(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f" {code}" if code else ""


def examine_certificate(public_url: str, now: datetime) -> SetupFinding:
    """Check that PUBLIC_URL answers with a certificate that is valid for a while yet."""
    parts = split_address(public_url)
    host, port = parts.hostname or "", parts.port or 443
    remedy = "Check the name server, the proxy that ends TLS, and how its certificate is renewed."
    try:
        with (
            socket.create_connection((host, port), TLS_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {}).get("notAfter", ""))
    except (OSError, ValueError) as error:
        reason = getattr(error, "verify_message", None) or type(error).__name__
        return SetupFinding(False, f"{host} cannot be reached with a valid certificate: {reason}", remedy)
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - now
    is_fine = left >= timedelta(days=MIN_CERTIFICATE_DAYS)
    return SetupFinding(is_fine, f"the certificate of {host} is valid for {left.days} days", "" if is_fine else remedy)
