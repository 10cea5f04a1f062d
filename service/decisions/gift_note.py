"""A sealed word of what was given, for pages that keep the passport themselves.

It travels in the address their reader comes back to, and holds for an hour; told again, it changes nothing.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from service.campaigns.variant import Interval
from service.decisions.gift import Gift, with_gift
from service.decisions.passport import PassportSealer
from service.decisions.reader import new_reader
from service.decisions.sealing import KeyRing
from service.errors import InvalidTokenError

NOTE_SECONDS = 3_600
_PURPOSE = "gift"


@dataclass(frozen=True, slots=True)
class GiftNote:
    """What a page hands on: the sealed word, and the passport it keeps; None where it may keep none."""

    site: str
    gift: str
    passport: str | None = None


def seal_gift(ring: KeyRing, gift: Gift, instant: int) -> str:
    values = (instant + NOTE_SECONDS, gift.interval.value, int(gift.given_at.timestamp()), gift.campaign)
    return ring.seal(json.dumps(values).encode(), purpose=_PURPOSE, context=gift.site)


def passport_with_gift(sealer: PassportSealer, note: GiftNote, now: datetime) -> str | None:
    """The passport of a reader who gave; a new one where what they carry cannot be read.

    Raises InvalidTokenError for a word that is not ours, of another site, or older than an hour.
    """
    instant = int(now.timestamp())
    plain = sealer.ring.open(note.gift, purpose=_PURPOSE, context=note.site)
    if plain is None:
        raise InvalidTokenError("this gift is not one of ours")
    expires_at, interval, given_at, campaign = json.loads(plain)
    if instant >= expires_at:
        raise InvalidTokenError("this gift was told too late")
    if note.passport is None:
        return None
    known = sealer.open(note.passport, note.site, instant) if note.passport else None
    reader = known or new_reader(instant, None, secrets.randbits(32))
    gift = Gift(note.site, b"", Interval(interval), datetime.fromtimestamp(given_at, UTC), campaign)
    return sealer.seal(with_gift(reader, gift), note.site, instant)
