"""Notes beside the passport, so that requests that leave at the same moment lose nothing.

A note is what one request added to a passport, in a cookie of its own. Requests that leave at the same moment carry the
same passport, and the browser keeps the passport of the answer that comes last. So each answer also sets a note, which
no other answer overwrites. The next request brings the notes, and what its passport lacks is added from them. A note is
dropped once a passport with its contents has come back.
"""

import re
from typing import NamedTuple

from service.readers.additions import Addition, added
from service.readers.fingerprints import holds
from service.readers.passports.note_bytes import UnreadableNoteError, decode_note, encode_note
from service.readers.reader import Reader
from service.sealing import KeyRing

MAX_NOTES = 12  # fewer than the ids that a passport keeps, so that no note counts twice
SETTLED_SECONDS = 10  # no answer that was on its way takes longer, so that none brings an older passport back
_PURPOSE = "passport note"
_MARK = re.compile(r"([0-9a-f]{6})-([0-9a-f]{1,8})\Z")


class Note(NamedTuple):
    """A note as a cookie holds it. `mark`: the end of the cookie's name, which says the request and its instant.

    `request`: the fingerprint of the request; empty if the mark was not made here.
    """

    mark: str
    text: str
    request: bytes
    instant: int


def note_named(mark: str, text: str) -> Note:
    """Return the note of a cookie."""
    found = _MARK.match(mark)
    return Note(mark, text, bytes.fromhex(found[1]), int(found[2], 16)) if found else Note(mark, text, b"", 0)


class NoteChanges(NamedTuple):
    """What an answer changes in the cookies besides the passport: a note to set, and marks of notes to drop."""

    note: Note | None = None
    dropped: tuple[str, ...] = ()


NO_CHANGES = NoteChanges()


def note_of(keys: KeyRing, site: str, reader: Reader, addition: Addition, instant: int) -> Note:
    """Return the note of what a request adds. `reader`: the reader whom the request found."""
    sealed = keys.sealer(_PURPOSE, site).seal(encode_note(reader, addition))
    return Note(f"{addition.request.hex()}-{instant:x}", sealed, addition.request, instant)


def with_notes(keys: KeyRing, site: str, reader: Reader | None, notes: tuple[Note, ...], instant: int) -> Reader | None:
    """Return the reader of a passport with what its notes add. Without a passport the first note begins one."""
    sealer = keys.sealer(_PURPOSE, site)
    for note in _oldest_first(notes)[-MAX_NOTES:]:
        if not note.request or (reader is not None and holds(reader.recent, note.request)):
            continue
        plain = sealer.open(note.text)
        if plain is None:
            continue
        try:
            beginning, addition = decode_note(plain)
        except UnreadableNoteError:
            continue
        reader = added(beginning if reader is None else reader, addition, instant)
    return reader


def dropped_notes(held: Reader | None, notes: tuple[Note, ...], instant: int) -> tuple[str, ...]:
    """Return the marks of the notes that an answer drops: those that are settled, and the oldest if there are too many.

    `held`: the reader of the passport as it came, without its notes. A note is settled if this passport holds its
    contents, and no answer that is on its way can bring an older passport back.
    """
    ordered = _oldest_first(notes)
    surplus = len(ordered) + 1 - MAX_NOTES
    settled = [place < surplus or _is_settled(held, note, instant) for place, note in enumerate(ordered)]
    return tuple([note.mark for note, is_settled in zip(ordered, settled, strict=True) if is_settled])


def _is_settled(held: Reader | None, note: Note, instant: int) -> bool:
    if not note.request:
        return True
    is_held = held is not None and holds(held.recent, note.request)
    return is_held and not 0 <= instant - note.instant < SETTLED_SECONDS


def _oldest_first(notes: tuple[Note, ...]) -> list[Note]:
    return sorted(notes, key=lambda note: note.instant)
