"""A sign-in at the provider that has begun: what the browser keeps, sealed, until the provider sends it back.

Only the browser that began a sign-in can finish it, so a link cannot sign a person in as somebody else.
"""

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from service.sealing import KeyRing
from service.staff.secret import new_secret
from service.staff.single_sign_on.errors import SignInRefusedError

VALID_FOR = timedelta(minutes=10)
PURPOSE = "staff single sign-on"


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """The random values of a sign-in, the page to which the browser returns, and when the attempt ends."""

    state: str
    nonce: str
    verifier: str
    page: str
    expires: int

    def sealed(self, keys: KeyRing) -> str:
        """Return the attempt as a text that only we can read."""
        return keys.sealer(PURPOSE).seal(json.dumps(asdict(self)).encode())


def new_attempt(page: str, now: datetime) -> SignInAttempt:
    """Return a new attempt that ends at `page`."""
    return SignInAttempt(new_secret(), new_secret(), new_secret(), page, int((now + VALID_FOR).timestamp()))


def open_attempt(keys: KeyRing, sealed: str, state: str, now: datetime) -> SignInAttempt:
    """Return the attempt that this browser began with this state. Raise SignInRefusedError if it did not."""
    opened = keys.sealer(PURPOSE).open(sealed)
    attempt = SignInAttempt(**json.loads(opened)) if opened is not None else None
    if attempt is None or attempt.expires <= now.timestamp() or not _equal(attempt.state, state):
        raise SignInRefusedError("This sign-in was begun in another browser or took too long. Try again.")
    return attempt


def _equal(state: str, given: str) -> bool:
    return hmac.compare_digest(state.encode(), given.encode("utf-8", "replace"))
