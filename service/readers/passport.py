"""The sealed passport: a reader's own history, carried by the reader, readable only by us and only for one site."""

from service.readers.passport_bytes import UnreadablePassportError, decode, encode
from service.readers.reader import Reader
from service.sealing import KeyRing

PASSPORT_DAYS = 400
_PURPOSE = "passport"


class PassportSealer:
    """Seals and opens passports. A passport that it cannot open means a new reader, never an error."""

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys

    def seal(self, reader: Reader, site: str, instant: int) -> str:
        return self.keys.sealer(_PURPOSE, site).seal(encode(reader, instant))

    def open(self, text: str, site: str, instant: int) -> Reader | None:
        """The reader, or None when the passport is unreadable, of another site, or older than 400 days."""
        plain = self.keys.sealer(_PURPOSE, site).open(text)
        if plain is None:
            return None
        try:
            reader, issued_at = decode(plain)
        except UnreadablePassportError:
            return None
        return reader if instant - issued_at < PASSPORT_DAYS * 86_400 else None
