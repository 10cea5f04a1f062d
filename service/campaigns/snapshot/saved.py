"""The last snapshot in a private file, so that a process can start and decide while the database is away.

The file is sealed with our secret keys: it cannot be read or made by anyone without them, and a damaged file cannot be
opened. It cannot be opened either by a version of the service whose documents have other fields.
"""

import os
import pickle
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import structlog

from service.campaigns.experiment import VariantShare
from service.campaigns.snapshot.store import StoredCampaigns
from service.campaigns.store import DocumentVersion
from service.campaigns.switch_store import Pause, Switch
from service.private_folders import write_private_file
from service.sealing import KeyRing

SCHEMA = repr(
    [
        (field.name, str(field.type))
        for kind in (StoredCampaigns, DocumentVersion, Switch, Pause, VariantShare)
        for field in fields(kind)
    ]
)
CONFIRM_SECONDS = 10.0  # how exactly the file's time says when its content was last that of the database

log = structlog.get_logger()


class SavedSnapshot:
    """A file with what the snapshot was made from. All processes of a machine that answer requests share it."""

    def __init__(self, path: Path, keys: KeyRing) -> None:
        self._path, self._sealer = path, keys.sealer("campaigns snapshot", SCHEMA)

    def save(self, stored: StoredCampaigns, now: datetime) -> None:
        """Replace the file. If the disk does not take it, log that and keep the file as it is."""
        unfinished = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            write_private_file(unfinished, self._sealer.seal_bytes(pickle.dumps(stored)))
            os.utime(unfinished, (now.timestamp(), now.timestamp()))
            unfinished.replace(self._path)
        except OSError as error:
            log.warning("campaigns_not_saved", error_type=type(error).__name__, reason=error.strerror)
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def confirm(self, now: datetime) -> None:
        """Note that the content of the file was that of the database at this time."""
        with suppress(OSError):
            if now.timestamp() - self._path.stat().st_mtime > CONFIRM_SECONDS:
                os.utime(self._path, (now.timestamp(), now.timestamp()))

    def load(self) -> tuple[StoredCampaigns, datetime] | None:
        """Return what was saved and when it was last that of the database; None if no file can be opened."""
        try:
            content = self._sealer.open_bytes(self._path.read_bytes())
            if content is None:
                log.warning("saved_campaigns_refused")
                return None
            stored: StoredCampaigns = pickle.loads(content)  # noqa: S301 only a process with our keys can have made it
            return stored, datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None
        except Exception as error:  # unpickling raises anything if a class has moved
            log.warning("saved_campaigns_refused", error_type=type(error).__name__)
            return None
