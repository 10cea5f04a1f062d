"""The challenge of a ceremony: random bytes that travel through the page, sealed with the time at which they expire.

So two open pages do not disturb each other, and the service keeps nothing until an answer is accepted. An accepted
challenge is stored, and is never accepted again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.ids import random_bytes
from service.sealing import KeyRing
from service.staff.passkeys.passkey import CHALLENGE_VALID_FOR, PasskeyRefusedError

CHALLENGE_BYTES = 32
TIME_BYTES = 8
PURPOSE = "staff passkey"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A new challenge, and the sealed text that the page sends back."""

    value: bytes
    sealed: str


def new_challenge(keys: KeyRing, context: str, now: datetime) -> Challenge:
    """Return a new challenge. `context`: the id of the person who makes a passkey, or empty for a sign-in."""
    value = random_bytes(CHALLENGE_BYTES)
    expires = int((now + CHALLENGE_VALID_FOR).timestamp())
    return Challenge(value, keys.sealer(PURPOSE, context).seal(expires.to_bytes(TIME_BYTES, "big") + value))


def open_challenge(keys: KeyRing, context: str, sealed: str, now: datetime) -> bytes:
    """Return the challenge in a sealed text. Raise PasskeyRefusedError if it is forged or has expired."""
    opened = keys.sealer(PURPOSE, context).open(sealed)
    if opened is None or len(opened) != TIME_BYTES + CHALLENGE_BYTES:
        raise PasskeyRefusedError
    if datetime.fromtimestamp(int.from_bytes(opened[:TIME_BYTES], "big"), UTC) <= now:
        raise PasskeyRefusedError("The page was open for more than ten minutes. Try again.")
    return opened[TIME_BYTES:]
