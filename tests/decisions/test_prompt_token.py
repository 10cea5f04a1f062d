"""A prompt token says what it was sealed with, and no other text or release is believed."""

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from schemas.decide import MAX_PROMPT_TOKEN
from schemas.fields import MAX_PAGE_ID_LENGTH
from service.campaigns.campaign import Placement
from service.decisions.prompt_token import PromptToken, ShownPrompt, open_prompt_token, prompt_sealer, seal_of
from service.errors import InvalidTokenError
from service.sealing import KeyRing

NOW = 1_795_000_000
SEALER = prompt_sealer(KeyRing(("k" * 32,)))
SHOWN = (
    ShownPrompt("spring", "a", "article_end", "epic", "EUR"),
    ShownPrompt("summer", "b", "page_bottom", "banner", "USD", is_counted=False),
)
TOKEN = PromptToken("courier", "/Küste", "dec_1", NOW, SHOWN)


def test_an_opened_token_names_its_own_prompt() -> None:
    seal = seal_of(SEALER, TOKEN)

    opened = [open_prompt_token(SEALER, place + seal, NOW) for place in "01"]

    assert opened == [TOKEN, replace(TOKEN, place=1)]
    assert tuple(token.prompt for token in opened) == SHOWN


@pytest.mark.parametrize("place", ["2", "9", "-", "٠", ""])
def test_a_place_without_a_prompt_is_refused(place: str) -> None:
    seal = seal_of(SEALER, TOKEN)

    with pytest.raises(InvalidTokenError, match="not issued by this service"):
        open_prompt_token(SEALER, place + seal, NOW)


@pytest.mark.parametrize("plain", [b"", b"\x1f".join([b"part"] * 12), msgpack.encode(["courier", "spring"]), b"\xc1"])
def test_a_token_of_another_release_is_refused(plain: bytes) -> None:
    with pytest.raises(InvalidTokenError, match="another release"):
        open_prompt_token(SEALER, "0" + SEALER.seal(plain), NOW)


def test_a_token_with_a_part_too_many_is_refused() -> None:
    longer = msgpack.encode([*msgpack.decode(msgpack.encode(TOKEN)), "more"])

    with pytest.raises(InvalidTokenError, match="another release"):
        open_prompt_token(SEALER, "0" + SEALER.seal(longer), NOW)


@pytest.mark.parametrize("character", ["p", "Ж", "語", "😀"])
def test_the_longest_token_is_one_that_an_event_may_send(character: str) -> None:
    key = "k" * 64
    longest = [ShownPrompt(key, key, placement, "banner", "EUR", is_counted=False) for placement in Placement]
    token = PromptToken(key, character * MAX_PAGE_ID_LENGTH, "dec_" + "0" * 32, NOW, (*longest,), account="0" * 64)

    sent = "0" + seal_of(SEALER, token)

    assert len(sent) <= MAX_PROMPT_TOKEN
    assert open_prompt_token(SEALER, sent, NOW) == token
