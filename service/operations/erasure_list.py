"""The list of erasures outside the database, so that people who were erased stay erased after a restore.

A line holds a hash of the person, as the record of erasures does, and no name.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from service.contributions.erasure_store import Erasure, ErasureKind
from service.operations.manifest import DamagedBackupError
from service.private_folders import write_private_file

LIST = "erasures.jsonl"


def write_erasures(path: Path, erasures: Iterable[Erasure]) -> None:
    """Write a private file with these erasures in place of the one that is there."""
    unfinished = path.with_suffix(".new")
    lines = (
        {
            "kind": erasure.kind.value,
            "subject_hash": erasure.subject_hash.hex(),
            "erased_by": erasure.erased_by,
            "erased_at": erasure.erased_at.isoformat(),
        }
        for erasure in erasures
    )
    write_private_file(unfinished, "".join(f"{json.dumps(line)}\n" for line in lines).encode())
    unfinished.replace(path)


def read_erasures(paths: Iterable[Path]) -> list[Erasure]:
    """Return the erasures of all these files, each once, oldest first. A file that does not exist has none."""
    found = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            erasure = _erasure(path, line)
            found[erasure.kind, erasure.subject_hash, erasure.erased_at] = erasure
    return sorted(found.values(), key=lambda erasure: erasure.erased_at)


def _erasure(path: Path, line: str) -> Erasure:
    try:
        row = json.loads(line)
        subject, at = bytes.fromhex(row["subject_hash"]), datetime.fromisoformat(row["erased_at"])
        return Erasure(ErasureKind(row["kind"]), subject, str(row["erased_by"]), at)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedBackupError(f"{path} is not a list of erasures: {line[:60]!r}") from error
