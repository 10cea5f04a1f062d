"""Prompt tokens: sealed texts that name the prompt a reader saw. The widget sends them with events and checkouts.

An answer is sealed once for all of its prompts. The token of a prompt is the place of the prompt in the answer, a
digit, and then the seal.
"""

import msgspec
from msgspec.structs import replace

from service.errors import InvalidTokenError
from service.readers.site_time import AHEAD_SECONDS
from service.sealing import KeyRing, Sealer

TOKEN_SECONDS = 86_400


class ShownPrompt(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A prompt that an answer shows. `is_counted`: it counts in its experiment."""

    campaign: str
    variant: str
    placement: str
    kind: str
    currency: str
    is_counted: bool = True


class PromptToken(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What a prompt token says. `issued_at`: in seconds since 1970. `place`: of the prompt among those of the answer.

    `has_consent`: the reader's passport may be read and changed. `is_preview`: nothing is counted. `account`: keyed
    hash of a signed-in reader's id, as hex.
    """

    site: str
    page_id: str
    decision_id: str
    issued_at: int
    prompts: tuple[ShownPrompt, ...]
    has_consent: bool = True
    is_preview: bool = False
    account: str = ""
    place: int = 0

    @property
    def prompt(self) -> ShownPrompt:
        """The prompt that the token is for."""
        return self.prompts[self.place]


_encoded = msgspec.msgpack.Encoder().encode
_decoded = msgspec.msgpack.Decoder(PromptToken).decode


def prompt_sealer(keys: KeyRing) -> Sealer:
    """Return the sealer of prompt tokens, which the key ring keeps."""
    return keys.sealer("prompt")


def seal_of(sealer: Sealer, token: PromptToken) -> str:
    """Return the seal of an answer. `token`: that of any of its prompts."""
    return sealer.seal(_encoded(token))


def open_prompt_token(sealer: Sealer, text: str, instant: int) -> PromptToken:
    """Open a prompt token. Raise InvalidTokenError if it is forged or older than a day.

    A token from the future is valid, because the clock may have been set back. Beyond 30 days it is not.
    """
    plain = sealer.open(text[1:])
    if plain is None:
        raise InvalidTokenError("this prompt token was not issued by this service")
    try:
        token = _decoded(plain)
    except msgspec.DecodeError as error:
        raise InvalidTokenError("this prompt token was issued by another release of this service") from error
    place = "0123456789".find(text[0])
    if not 0 <= place < len(token.prompts):
        raise InvalidTokenError("this prompt token was not issued by this service")
    if not -AHEAD_SECONDS <= instant - token.issued_at <= TOKEN_SECONDS:
        raise InvalidTokenError("this prompt token has expired")
    return replace(token, place=place)
