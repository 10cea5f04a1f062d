"""Prompt tokens: sealed texts that name the prompt a reader saw. The widget sends them with events and checkouts."""

import msgspec

from service.errors import InvalidTokenError
from service.readers.site_time import AHEAD_SECONDS
from service.sealing import KeyRing, Sealer

TOKEN_SECONDS = 86_400


class PromptToken(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What a prompt token says. `issued_at`: in seconds since 1970.

    `is_counted`: the prompt counts in its experiment. `has_consent`: the reader's passport may be read and changed.
    `is_preview`: nothing is counted. `account`: keyed hash of a signed-in reader's id, as hex.
    """

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


_encoded = msgspec.msgpack.Encoder().encode
_decoded = msgspec.msgpack.Decoder(PromptToken).decode


def prompt_sealer(keys: KeyRing) -> Sealer:
    """Return the sealer of prompt tokens, which the key ring keeps."""
    return keys.sealer("prompt")


def seal_prompt_token(sealer: Sealer, token: PromptToken) -> str:
    return sealer.seal(_encoded(token))


def open_prompt_token(sealer: Sealer, text: str, instant: int) -> PromptToken:
    """Open a prompt token. Raise InvalidTokenError if it is forged or older than a day.

    A token from the future is valid, because the clock may have been set back. Beyond 30 days it is not.
    """
    plain = sealer.open(text)
    if plain is None:
        raise InvalidTokenError("this prompt token was not issued by this service")
    try:
        token = _decoded(plain)
    except msgspec.DecodeError as error:
        raise InvalidTokenError("this prompt token was issued by another release of this service") from error
    if not -AHEAD_SECONDS <= instant - token.issued_at <= TOKEN_SECONDS:
        raise InvalidTokenError("this prompt token has expired")
    return token
