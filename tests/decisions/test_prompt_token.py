"""A prompt token says what it was sealed with, and no other text or release is believed."""

import pytest
from msgspec import msgpack

from service.decisions.prompt_token import PromptToken, open_prompt_token, prompt_sealer, seal_prompt_token
from service.errors import InvalidTokenError
from service.sealing import KeyRing

NOW = 1_795_000_000
SEALER = prompt_sealer(KeyRing(("k" * 32,)))
TOKEN = PromptToken("courier", "spring", "a", "article_end", "appeal", "/Küste", "view\x1f1", "dec_1", NOW, "EUR")


def test_an_opened_token_equals_the_one_that_was_sealed() -> None:
    assert open_prompt_token(SEALER, seal_prompt_token(SEALER, TOKEN), NOW) == TOKEN


@pytest.mark.parametrize("plain", [b"", b"\x1f".join([b"part"] * 12), msgpack.encode(["courier", "spring"]), b"\xc1"])
def test_a_token_of_another_release_is_refused(plain: bytes) -> None:
    with pytest.raises(InvalidTokenError, match="another release"):
        open_prompt_token(SEALER, SEALER.seal(plain), NOW)


def test_a_token_with_a_part_too_many_is_refused() -> None:
    longer = msgpack.encode([*msgpack.decode(msgpack.encode(TOKEN)), "more"])

    with pytest.raises(InvalidTokenError, match="another release"):
        open_prompt_token(SEALER, SEALER.seal(longer), NOW)
