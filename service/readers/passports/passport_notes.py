"""Notes beside the passport, so that requests that leave at the same moment lose nothing.

A note is what one request added to a passport, in a cookie of its own. Requests that leave at the same moment carry the
same passport, and the browser keeps the passport of the answer that comes last. So each answer also sets a note, which
no other answer overwrites. The next request brings the notes, and what its passport lacks is added from them. A note is
dropped once a passport with its contents has come back.
"""

import re
from typing import NamedTuple

from service.readers.fingerprints import REQUEST_BYTES, followed_by, holds
from service.readers.history import aged
from service.readers.merge import added
from service.readers.meter_pools import pool_use, with_free_read
from service.readers.passports.passport_bytes import UnreadablePassportError, decode, encode
from service.readers.reader import MAX_RECENT_IDS, NO_SUPPORT, UNCHOSEN, History, Reader
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


def blank_of(reader: Reader) -> Reader:
    """Return the reader without anything that a request could have added."""
    return reader._replace(
        history=History(reader.history.day),
        prompts=(),
        pools=(),
        support=NO_SUPPORT,
        recent=b"",
        link=0,
        counting=UNCHOSEN,
    )


def note_of(keys: KeyRing, site: str, addition: Reader, instant: int) -> Note | None:
    """Return the note of a request: a blank reader after it. Return None if the request has no id to record."""
    if len(addition.recent) != REQUEST_BYTES:
        return None
    sealed = keys.sealer(_PURPOSE, site).seal(encode(addition, instant))
    return Note(f"{addition.recent.hex()}-{instant:x}", sealed, addition.recent, instant)


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
            addition, _ = decode(plain)
        except UnreadablePassportError:
            continue
        reader = _with_addition(blank_of(addition) if reader is None else reader, addition, instant)
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


def _with_addition(reader: Reader, addition: Reader, instant: int) -> Reader:
    """Return the reader with the addition of a note. A page that the passport knows as read is not counted again."""
    day = max(reader.history.day, addition.history.day)
    here, there = aged(reader.history, day), aged(addition.history, day)
    if reader.salt == addition.salt and there.pages and holds(here.pages, there.pages):
        there = History(there.day, view_count=there.view_count)
    joined = added(reader, addition._replace(history=there, pools=()), instant)
    for use in addition.pools:
        for read in use.reads:
            if all(known.page != read.page for known in pool_use(joined, use.pool, instant).reads):
                joined = with_free_read(joined, use.pool, read, instant)
    return joined._replace(recent=followed_by(reader.recent, addition.recent, MAX_RECENT_IDS))
