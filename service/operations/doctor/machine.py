"""Check the machine and what it needs beside the database: folder, disk, clock, mail server, store of rate limits."""

import shutil
import smtplib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from service.addresses import split_address
from service.contributions.mail.smtp import smtp_session
from service.operations.doctor.connection_reasons import reason_in_words
from service.private_folders import prepare_var_dir
from service.reconciliation.doctor import MAX_SKEW, SetupFinding
from service.settings import Settings, SettingsError
from service.waiting_limits import COUNTER_STORE_SECONDS
from service.web.rate_limits import is_counter_store_answering

MIN_FREE_BYTES = 1024**3
MIN_FREE_SHARE = 0.05
MAIL_REASONS: Mapping[type[smtplib.SMTPException], str] = {
    smtplib.SMTPNotSupportedError: "it does not offer STARTTLS or a password, and mail is not sent in clear",
    smtplib.SMTPAuthenticationError: "it refuses the user or the password",
    smtplib.SMTPConnectError: "it refuses our connection",
    smtplib.SMTPServerDisconnected: "it closes the connection",
}


def examine_machine(settings: Settings) -> Iterator[SetupFinding]:
    """Run the checks that need neither the database nor Stripe."""
    yield examine_folder(settings.var_dir)
    yield examine_disk(settings.var_dir)
    yield examine_mail(settings)
    yield examine_counters(settings)


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
        return SetupFinding(False, f"the mail server {host} cannot be used: {_mail_reason(error)}", "Check SMTP_URL.")
    remedy = "" if settings.mail_from else "Set MAIL_FROM, the sender of mails to readers."
    return SetupFinding(not remedy, f"the mail server {host} takes our mail", remedy)


def _mail_reason(error: Exception) -> str:
    """Return in words why the mail server could not be used. The error's own text may quote the user's name."""
    code = f" (status {error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    found = next((text for kind, text in MAIL_REASONS.items() if isinstance(error, kind)), reason_in_words(error))
    return f"{found}{code}"


def examine_counters(settings: Settings) -> SetupFinding:
    """Check that the store of rate limits answers in time, if there is one."""
    host = split_address(settings.ratelimit_storage_uri).hostname or "on this machine"
    if settings.ratelimit_storage_uri == "memory://":
        return SetupFinding(True, "rate limits are counted in memory, by each process for itself")
    if is_counter_store_answering(settings.ratelimit_storage_uri):
        return SetupFinding(True, f"the store of rate limits {host} answers")
    silence = f"does not answer within {COUNTER_STORE_SECONDS} s, so each process counts for itself"
    return SetupFinding(
        False,
        f"the store of rate limits {host} {silence}",
        "Start Redis or Valkey, or check RATELIMIT_STORAGE_URI and the firewall.",
    )
