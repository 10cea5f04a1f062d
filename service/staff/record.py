"""The record of what people did in the console: rows that can only be added, each with the hash of the row before it.

A hash covers every value of its row and the hash of the row before. So a row that somebody changes, removes or inserts
later, even as the owner of the database, breaks the chain at that row.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

FIRST_PREVIOUS_HASH = b""
MAX_SUBJECT_CHARACTERS = 300
MAX_DETAIL_BYTES = 64 * 1024
ACT = re.compile(r"[a-z][a-z_]{0,59}")


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did. `act` is a snake_case verb phrase such as `publish_campaign`; `subject` names its object.

    `details` is JSON.
    """

    done_at: datetime
    person_id: str
    person_name: str
    act: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A row of the record. `number` counts from 1 without gaps."""

    number: int
    deed: Deed
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class SeenRow:
    """The number and the hash of a row that a check has seen."""

    number: int
    hash: bytes


NOTHING_SEEN = SeenRow(0, FIRST_PREVIOUS_HASH)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which rows of the record are wanted. None: any. `before`: only rows with a smaller number."""

    starts_at: datetime
    ends_at: datetime
    person_id: str | None = None
    act: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first row at which the chain is broken, and how."""

    number: int
    problem: str


def recordable(deed: Deed) -> Deed:
    """Return a deed as the record keeps it, with its subject cut to 300 printable characters.

    Raise ValueError if the act is not written in snake_case, or if the details are over 64 KB as JSON.
    """
    if not ACT.fullmatch(deed.act):
        raise ValueError(f"an act is written in snake_case, not {deed.act!r}")
    if len(_canonical(deed.details)) > MAX_DETAIL_BYTES:
        raise ValueError("the details of an act may have at most 64 KB as JSON")
    subject = "".join(character if character.isprintable() else " " for character in deed.subject)
    return replace(deed, subject=subject[:MAX_SUBJECT_CHARACTERS])


def row_after(previous: RecordRow | None, deed: Deed) -> RecordRow:
    """Return the row of a deed that follows another row. `previous` None: it is the first row."""
    number = previous.number + 1 if previous else 1
    previous_hash = previous.hash if previous else FIRST_PREVIOUS_HASH
    return RecordRow(number, deed, previous_hash, row_hash(number, deed, previous_hash))


def row_hash(number: int, deed: Deed, previous_hash: bytes) -> bytes:
    """Return the SHA-256 hash of a row's values, written as a compact JSON list, with the hash of the row before."""
    done_at = deed.done_at.astimezone(UTC).isoformat(timespec="microseconds")
    values = [number, done_at, deed.person_id, deed.person_name, deed.act, deed.subject, deed.details]
    return hashlib.sha256(_canonical([*values, previous_hash.hex()])).digest()


def first_broken_link(rows: Iterable[RecordRow], seen: SeenRow = NOTHING_SEEN) -> BrokenLink | None:
    """Return where a chain is broken, or None if it is whole. `rows` begin with number 1, in order.

    `seen`: a row that an earlier check saw. It must still be there, unchanged, even if all rows were written again.
    """
    number, previous_hash = 0, FIRST_PREVIOUS_HASH
    for number, row in enumerate(rows, 1):
        if row.number != number:
            return BrokenLink(number, f"row {number} is missing")
        if row.previous_hash != previous_hash:
            return BrokenLink(number, f"row {number} does not follow the row before it")
        if not is_genuine(row):
            return BrokenLink(number, f"row {number} was changed after it was written")
        if number == seen.number and row.hash != seen.hash:
            return BrokenLink(number, f"row {number} is not the row that an earlier check saw")
        previous_hash = row.hash
    if number < seen.number:
        return BrokenLink(number + 1, f"the rows from {number + 1} to {seen.number} are missing")
    return None


def is_genuine(row: RecordRow) -> bool:
    """Return whether a row has the hash of its values."""
    return row.hash == row_hash(row.number, row.deed, row.previous_hash)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
