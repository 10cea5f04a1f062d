"""Seal and open passports: a reader's history, carried by the browser, that only this service can read for its site.

A passport is the MessagePack of a `Passport`: a version, and the reader in the form in which they are used. So it is
opened by decryption and one decoding, and sealed by one encoding and encryption.
"""

import msgspec

from service.readers.reader import Reader
from service.sealing import KeyRing

VERSION = 1  # to be raised whenever a field of `Reader` is added, dropped or moved
PASSPORT_DAYS = 400
UNREADABLE = msgspec.DecodeError  # what `decode` raises
_PURPOSE = "passport"


class Passport(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=VERSION):
    """A reader, and when their passport was issued, in seconds since 1970. The tag is its first element."""

    issued_at: int
    reader: Reader


_encoded = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Passport).decode


def encode(reader: Reader, issued_at: int) -> bytes:
    """Return the bytes of a reader, for a passport or a row."""
    return _encoded(Passport(issued_at, reader))


class PassportSealer:
    """Seals and opens passports. If a passport cannot be opened, the reader is new; that is never an error."""

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys

    def seal(self, reader: Reader, site: str, instant: int) -> str:
        return self.keys.sealer(_PURPOSE, site).seal(encode(reader, instant))

    def open(self, text: str, site: str, instant: int) -> Reader | None:
        """Return the reader, or None if the passport is unreadable, of another site, or older than 400 days."""
        plain = self.keys.sealer(_PURPOSE, site).open(text)
        if plain is None:
            return None
        try:
            passport = decode(plain)
        except UNREADABLE:
            return None
        return passport.reader if instant - passport.issued_at < PASSPORT_DAYS * 86_400 else None
