"""A sealed note that our own support page was shown: what its form sends back in place of a prompt token."""

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
    """`issued_at` in seconds since 1970; `view_id` tells two showings of the page apart."""

    site: str
    view_id: str
    issued_at: int


def new_support_token(ring: KeyRing, site: str, instant: int) -> str:
    token = SupportToken(site, secrets.token_urlsafe(9), instant)
    return ring.sealer(_PURPOSE).seal(json.dumps(astuple(token)).encode())


def open_support_token(ring: KeyRing, text: str, instant: int) -> SupportToken:
    """The token, at most a day old. Raises InvalidTokenError for anything malformed, forged or expired."""
    plain = ring.sealer(_PURPOSE).open(text)
    if plain is None:
        raise InvalidTokenError("this form is not one of ours")
    token = SupportToken(*json.loads(plain))
    if not -SKEW_SECONDS <= instant - token.issued_at <= TOKEN_SECONDS:
        raise InvalidTokenError("this form has expired; load the page again")
    return token
