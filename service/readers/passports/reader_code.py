"""The code that readers copy from /my-data, so that the newsroom can see why they are asked or not.

It is a sealed copy of the passport, with the country and the class of the device that the request shows. It holds
neither the fingerprints of requests nor that of a signed-in reader.
"""

import json
import zlib
from typing import NamedTuple

from msgspec.structs import replace

from service.campaigns.reader_rules import Device
from service.errors import InvalidTokenError
from service.readers.passports.passport import UNREADABLE, decode, encode
from service.readers.reader import Reader
from service.readers.site_time import DAY_SECONDS
from service.sealing import KeyRing

CODE_DAYS = 2
_PURPOSE = "reader code"


class ReaderCodeError(InvalidTokenError):
    """The code cannot be used; the message says why, and what to ask the reader for."""


class ReaderCode(NamedTuple):
    """A reader, and what their request said when they copied the code. `made_at`: seconds since 1970."""

    reader: Reader
    country: str | None
    device: Device
    made_at: int


def seal_code(keys: KeyRing, site: str, code: ReaderCode) -> str:
    """Return the code as text that can be pasted into a message."""
    copied = encode(replace(code.reader, recent=b"", link=0), code.made_at)
    facts = json.dumps([code.country, code.device]).encode()
    return keys.sealer(_PURPOSE, site).seal(zlib.compress(facts + b"\n" + copied, 9))


def open_code(keys: KeyRing, site: str, text: str, instant: int) -> ReaderCode:
    """Return what a code holds. Spaces and line breaks that a mail added do not matter.

    Raise ReaderCodeError if the code is not whole, of another site, or too old.
    """
    plain = keys.sealer(_PURPOSE, site).open("".join(text.split()))
    if plain is None:
        raise ReaderCodeError("this is not a whole code of a reader of this site; ask the reader to copy it again")
    facts, _, copied = zlib.decompress(plain).partition(b"\n")
    country, device = json.loads(facts)
    try:
        passport = decode(copied)
    except UNREADABLE as error:
        raise ReaderCodeError("this code is of an older release; ask the reader to copy it again") from error
    if instant - passport.issued_at >= CODE_DAYS * DAY_SECONDS:
        raise ReaderCodeError(f"this code is older than {CODE_DAYS} days; ask the reader to copy it again")
    return ReaderCode(passport.reader, country, Device(device), passport.issued_at)
