"""Prompt tokens: sealed texts that name the prompt a reader saw. The widget sends them with events and checkouts."""

from typing import NamedTuple

from service.errors import InvalidTokenError
from service.readers.site_time import AHEAD_SECONDS
from service.sealing import KeyRing, Sealer

TOKEN_SECONDS = 86_400
_BETWEEN = "\x1f"  # no key and no page id contains it
_PARTS = 12


class PromptToken(NamedTuple):
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


def prompt_sealer(keys: KeyRing) -> Sealer:
    """Return the sealer of prompt tokens, which the key ring keeps."""
    return keys.sealer("prompt")


def seal_prompt_token(sealer: Sealer, token: PromptToken) -> str:
    parts = (
        token.site,
        token.campaign,
        token.variant,
        token.placement,
        token.kind,
        token.page_id,
        token.decision_id,
        str(token.issued_at),
        token.currency,
        f"{token.is_counted:d}{token.has_consent:d}{token.is_preview:d}",
        token.account,
        token.view_id,  # the page chooses it and it may contain the separator, so it comes last
    )
    return sealer.seal(_BETWEEN.join(parts).encode())


def open_prompt_token(sealer: Sealer, text: str, instant: int) -> PromptToken:
    """Open a prompt token. Raise InvalidTokenError if it is forged or older than a day.

    A token from the future is valid, because the clock may have been set back. Beyond 30 days it is not.
    """
    plain = sealer.open(text)
    if plain is None:
        raise InvalidTokenError("this prompt token was not issued by this service")
    parts = plain.decode().split(_BETWEEN, _PARTS - 1)
    if len(parts) != _PARTS:  # another release, whose tokens have more or fewer parts
        raise InvalidTokenError("this prompt token was issued by another release of this service")
    site, campaign, variant, placement, kind, page_id, decision_id, issued_at, currency, marked, account, view_id = (
        parts
    )
    names = (site, campaign, variant, placement, kind, page_id, view_id, decision_id)
    is_counted, has_consent, is_preview = (mark == "1" for mark in marked)
    token = PromptToken(*names, int(issued_at), currency, is_counted, has_consent, is_preview, account)
    if not -AHEAD_SECONDS <= instant - token.issued_at <= TOKEN_SECONDS:
        raise InvalidTokenError("this prompt token has expired")
    return token
