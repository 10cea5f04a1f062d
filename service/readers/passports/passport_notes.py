"""Notes beside the passport, so that requests that leave at the same moment lose nothing.

A note is what one request added to a passport, in a cookie of its own. Requests that leave at the same moment carry the
same passport, and the browser keeps the passport of the answer that comes last. So each answer also sets a note, which
no other answer overwrites. The next request brings the notes, and what its passport lacks is added from them. A note is
dropped once a passport with its contents has come back.
"""

import re

import msgspec

from service.readers.additions import Addition, added
from service.readers.fingerprints import holds
from service.readers.reader import History, Reader
from service.sealing import KeyRing, Sealer

MAX_NOTES = 12  # fewer than the ids that a passport keeps, so that no note counts twice
SETTLED_SECONDS = 10  # no answer that was on its way takes longer, so that none brings an older passport back
MARK = re.compile("[0-9a-f]{14}")
_INSTANT_DIGITS = 8
_PURPOSE = "passport note"


class Note(msgspec.Struct, frozen=True, gc=False):
    """A note as a cookie holds it. `mark`: the end of the cookie's name.

    A mark is the instant of the request and then its fingerprint, in hexadecimal digits.
    """

    mark: str
    text: str


class NoteBody(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the sealed text of a note says, as MessagePack: an addition, and the reader with whom a passport begins that
    has only this note."""

    bucket: int | None
    salt: int
    first_seen_at: int
    day: int
    addition: Addition


class NoteChanges(msgspec.Struct, frozen=True, gc=False):
    """What an answer changes in the cookies besides the passport: a note to set, and marks of notes to drop."""

    note: Note | None = None
    dropped: tuple[str, ...] = ()


NO_CHANGES = NoteChanges()
_encoded = msgspec.msgpack.Encoder().encode
_decoded = msgspec.msgpack.Decoder(NoteBody).decode


def note_of(keys: KeyRing, site: str, reader: Reader, addition: Addition, instant: int) -> Note:
    """Return the note of what a request adds. `reader`: the reader whom the request found."""
    mark = f"{instant:0{_INSTANT_DIGITS}x}{addition.request.hex()}"
    body = NoteBody(reader.bucket, reader.salt, reader.first_seen_at, reader.history.day, addition)
    return Note(mark, keys.sealer(_PURPOSE, site).seal(_encoded(body)))


def with_notes(
    keys: KeyRing, site: str, held: Reader | None, notes: tuple[Note, ...], instant: int
) -> tuple[Reader | None, tuple[str, ...]]:
    """Return the reader of a passport with what its notes add, and the marks of the notes that the answer drops.

    `held`: the reader of the passport as it came. Without a passport the first note begins one. Dropped are the notes
    that are settled, and the oldest if there are too many. A note is settled if the passport holds its contents, and no
    answer that is on its way can bring an older passport back.
    """
    dropped: list[str] = []
    sealer, reader, surplus = keys.sealer(_PURPOSE, site), held, len(notes) - MAX_NOTES
    for place, note in enumerate(sorted(notes, key=_instant_digits)):
        mark = note.mark
        is_held = held is not None and holds(held.recent, bytes.fromhex(mark[_INSTANT_DIGITS:]))
        age = instant - int(mark[:_INSTANT_DIGITS], 16)
        if place <= surplus or (is_held and not 0 <= age < SETTLED_SECONDS):
            dropped.append(mark)
        if not is_held and place >= surplus:
            reader = _with_note(sealer, reader, note.text, instant)
    return reader, tuple(dropped)


def _instant_digits(note: Note) -> str:
    """Return what sorts notes by time. Browsers send cookies of one second in the order in which they were set."""
    return note.mark[:_INSTANT_DIGITS]


def _with_note(sealer: Sealer, reader: Reader | None, text: str, instant: int) -> Reader | None:
    plain = sealer.open(text)
    if plain is None:
        return reader
    try:
        body = _decoded(plain)
    except msgspec.DecodeError:  # of an older release
        return reader
    if reader is None:
        reader = Reader(body.bucket, body.salt, body.first_seen_at, History(body.day))
    return added(reader, body.addition, instant)
