"""The sealed token in the forms of the support page. It takes the place of a prompt token."""

import json
import secrets
from dataclasses import astuple, dataclass

from service.errors import InvalidTokenError
from service.readers.site_time import SKEW_SECONDS
from service.sealing import KeyRing

TOKEN_SECONDS = 86_400
_PURPOSE = "support page"


@dataclass(frozen=True, slots=True)
class SupportToken:
    """A display of the support page. `view_id` is new each time; `issued_at` is in seconds since 1970."""

    site: str
    view_id: str
    issued_at: int


def new_support_token(ring: KeyRing, site: str, instant: int) -> str:
    """Return the sealed token for a display of the site's support page at `instant`."""
    token = SupportToken(site, secrets.token_urlsafe(9), instant)
    return ring.sealer(_PURPOSE).seal(json.dumps(astuple(token)).encode())


def open_support_token(ring: KeyRing, text: str, instant: int) -> SupportToken:
    """Return the token in `text`. Raise InvalidTokenError if it is malformed, forged or more than a day old."""
    plain = ring.sealer(_PURPOSE).open(text)
    if plain is None:
        raise InvalidTokenError("this form was not made by this service")
    token = SupportToken(*json.loads(plain))
    if not -SKEW_SECONDS <= instant - token.issued_at <= TOKEN_SECONDS:
        raise InvalidTokenError("this form has expired: load the page again")
    return token
