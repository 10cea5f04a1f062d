"""A file for those who help: findings, settings, versions and the state, without secrets and without personal data."""

import json
import platform
import re
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from service import __version__
from service.addresses import split_address
from service.operations.build import build_id
from service.private_folders import write_private_file
from service.reconciliation.doctor import SetupFinding
from service.settings import ADDRESS_FIELDS, SECRET_FIELDS, Settings, masked

HIDDEN = "[hidden]"
EMAIL = re.compile(r"[^\s\"'<>(),:;@]+@[^\s\"'<>(),:;@]+\.[a-z]{2,}", re.IGNORECASE)
SECRET = re.compile(r"\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]+")
SHORTEST = 6  # a shorter password would hide parts of ordinary words


def write_bundle(path: Path, settings: Settings, findings: Iterable[SetupFinding], state: str) -> None:
    """Write a private ZIP file. Everything in it is redacted, also the state that `status` prints."""
    shown = "\n".join(line(finding) for finding in findings)
    listed = "\n".join(f"{name}={value}" for name, value in masked(settings).items())
    versions = {
        "service": __version__,
        "build": build_id(),
        "python": sys.version,
        "platform": platform.platform(),
    }
    texts = {
        "findings.txt": shown,
        "settings.txt": listed,
        "versions.json": json.dumps(versions, indent=1),
        "status.txt": state,
    }
    write_private_file(path, b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in texts.items():
            bundle.writestr(name, redacted(text, settings))


def line(finding: SetupFinding) -> str:
    """Return a finding as text: what was found, and below it what to do."""
    label = "PROBLEM" if not finding.is_fine else "note   " if finding.remedy else "ok     "
    text = f"{label}  {finding.what}"
    return f"{text}\n         {finding.remedy}" if finding.remedy else text


def redacted(text: str, settings: Settings) -> str:
    """Return the text without secrets of these settings, keys of Stripe, and e-mail addresses."""
    for secret in sorted(_secrets(settings), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return EMAIL.sub(HIDDEN, SECRET.sub(HIDDEN, text))


def _secrets(settings: Settings) -> set[str]:
    """Return every secret of the settings: keys, tokens, and the passwords of addresses."""
    found: set[str] = set()
    for name in SECRET_FIELDS:
        value = getattr(settings, name)
        found |= set(value) if isinstance(value, tuple) else {value or ""}
    for name in ADDRESS_FIELDS:
        parts = split_address(getattr(settings, name) or "")
        found |= {parts.password or "", unquote(parts.password or "")}
        found |= {pair.partition("=")[2] for pair in parts.query.split("&") if pair.startswith("password=")}
    return {secret for secret in found if len(secret) >= SHORTEST}
