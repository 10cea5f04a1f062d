"""Seal and open passports: a reader's history, carried by the browser, that only this service can read for its site."""

from service.readers.passports.passport_bytes import UNREADABLE, decode, encode
from service.readers.reader import Reader
from service.sealing import KeyRing

PASSPORT_DAYS = 400
_PURPOSE = "passport"


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
            reader, issued_at = decode(plain)
        except UNREADABLE:
            return None
        return reader if instant - issued_at < PASSPORT_DAYS * 86_400 else None
