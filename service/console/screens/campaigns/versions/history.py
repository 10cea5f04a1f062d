"""What each version of a document changed against the version before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from service.campaigns.drafts.drafting import shape_of
from service.campaigns.store import DocumentKind, DocumentState, DocumentVersion
from service.campaigns.words.in_words import DifferenceInWords, differences_in_words
from service.console.tables import Table, table_of_cells

KEYS = ("version", "state", "saved_at", "saved_by", "changes")


def differences_of_versions(
    kind: DocumentKind, versions: Sequence[DocumentVersion]
) -> dict[int, tuple[DifferenceInWords, ...]]:
    """Return, by version, what each version changed against the one before. `versions`: newest first, without gaps."""
    shape = shape_of(kind)
    return {
        newer.version: differences_in_words(shape, older.content, newer.content) for newer, older in pairwise(versions)
    }


def versions_table(
    state: DocumentState,
    versions: Sequence[DocumentVersion],
    changes: Mapping[int, Sequence[DifferenceInWords]],
    as_of: datetime,
    zone: ZoneInfo,
) -> Table:
    """Return the versions for files, newest first, with what each changed in words."""
    rows = (
        {
            "version": version.version,
            "state": state_of(version.version, state),
            "saved_at": version.saved_at,
            "saved_by": version.saved_by,
            "changes": "; ".join(map(_in_a_line, changes.get(version.version, ()))),
        }
        for version in versions
    )
    return table_of_cells(f"versions-of-{state.key}", KEYS, rows, as_of, zone)


def state_of(version: int, state: DocumentState) -> str:
    """Return whether readers see a version: `in force`, `scheduled`, `waiting` to be published, or `older`."""
    if version == state.published_version:
        return "in force"
    if version == state.scheduled_version:
        return "scheduled"
    return "waiting" if version > (state.published_version or 0) else "older"


def _in_a_line(difference: DifferenceInWords) -> str:
    """Return a difference with the words that were added and removed."""
    changed = [f"{piece.fate} “{piece.text.strip()}”" for piece in difference.pieces if piece.fate != "kept"]
    return f"{difference.text}: {', '.join(changed)}" if changed else difference.text
