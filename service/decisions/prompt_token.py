"""A sealed note of which prompt a reader was offered: what the widget sends back with events and checkout."""

import json
from typing import NamedTuple

from service.decisions.sealing import KeyRing
from service.errors import InvalidTokenError

TOKEN_SECONDS = 86_400
_SKEW_SECONDS = 300
_PURPOSE = "prompt"


class PromptToken(NamedTuple):
    """`issued_at` in seconds since 1970. `is_counted`: part of its experiment's results. `has_consent`: the reader's
    passport may be touched. A preview counts in nothing. `account`: keyed hash of a signed-in reader's id."""

    site: str
    campaign: str
    variant: str
    placement: str
    kind: str
    page_id: str
    view_id: str
    decision_id: str
    issued_at: int
    currency: str
    is_counted: bool = True
    has_consent: bool = True
    is_preview: bool = False
    account: str = ""


_dumps = json.JSONEncoder(separators=(",", ":")).encode


def seal_prompt_token(ring: KeyRing, token: PromptToken) -> str:
    return ring.seal(_dumps(token).encode(), purpose=_PURPOSE)


def open_prompt_token(ring: KeyRing, text: str, instant: int) -> PromptToken:
    """The token, at most a day old. Raises InvalidTokenError: malformed, forged, expired, from the future."""
    plain = ring.open(text, purpose=_PURPOSE)
    if plain is None:
        raise InvalidTokenError("this prompt token is not one of ours")
    try:
        token = PromptToken(*json.loads(plain))
    except TypeError as error:  # sealed by a release whose tokens had more or fewer parts
        raise InvalidTokenError("this prompt token is of another release") from error
    if not -_SKEW_SECONDS <= instant - token.issued_at <= TOKEN_SECONDS:
        raise InvalidTokenError("this prompt token has expired")
    return token
