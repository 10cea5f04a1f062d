"""The manifest of a backup: what is in it, so that a restore can be compared with it. It holds no secret."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from service.errors import DomainError

FORMAT = 1
DUMP, ERASURES, MANIFEST = "database.dump", "erasures.jsonl", "manifest.json"


class DamagedBackupError(DomainError):
    """A backup is not complete, was changed, or is of a kind that this version does not know."""

    code = "damaged_backup"


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds.

    - `build`, `revision`, `server`: of the service, the newest migration, and PostgreSQL.
    - `as_of`: the number that repeats exports of the books as they were.
    - `rows`: the number of rows by table. `balances`: minor units by currency and account, such as `EUR 1010`.
    - `exports`: the SHA-256 of each file of the last closed period, by its name; empty if no day is closed.
    - `keys`: fingerprints of SECRET_KEYS, without which much of the backup cannot be read.
    - `files`: the SHA-256 of the other files of the backup.
    """

    name: str
    made_at: str
    build: str
    revision: str
    server: str
    as_of: int
    rows: Mapping[str, int]
    balances: Mapping[str, int]
    closed: tuple[str, str] | None
    exports: Mapping[str, str]
    keys: tuple[str, ...]
    settings: Mapping[str, str]
    files: Mapping[str, str]


def write_manifest(manifest: BackupManifest) -> bytes:
    """Return a manifest as JSON."""
    return json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2).encode() + b"\n"


def read_manifest(folder: Path) -> BackupManifest:
    """Read the manifest of a backup and compare its files with it. Raise DamagedBackupError if anything is wrong."""
    manifest = _parsed(folder)
    for name, sha256 in manifest.files.items():
        if not (folder / name).is_file() or file_sha256(folder / name) != sha256:
            raise DamagedBackupError(
                f"{folder}: {name} is missing or is not the file that was written. Use another backup"
            )
    return manifest


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(folder: Path) -> BackupManifest:
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if found.pop("format") != FORMAT or set(found) != {field.name for field in fields(BackupManifest)}:
            raise DamagedBackupError(f"{folder}: another version of the service made this backup. Use that version")
        found["closed"] = found["closed"] and tuple(found["closed"])
        return BackupManifest(**{**found, "keys": tuple(found["keys"]), "files": dict(found["files"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedBackupError(f"{folder} is not a complete backup: {MANIFEST} cannot be read") from error
