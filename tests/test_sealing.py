"""A seal has exactly one spelling, so that no limit per token can be walked around by writing it differently."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sealing import KeyRing

SEALER = KeyRing(("a-key-of-the-tests-a-key-of-the-tests",)).sealer("tests")
ALPHABET = string.ascii_letters + string.digits + "-_+/=. \n"


@given(st.binary(max_size=40))
def test_what_is_sealed_can_be_opened(plain: bytes) -> None:
    assert SEALER.open(SEALER.seal(plain)) == plain


@pytest.mark.parametrize("size", range(20))
def test_no_other_spelling_of_a_seal_is_opened(size: int) -> None:
    text = SEALER.seal(bytes(size))
    others = {
        *(text[:place] + letter + text[place + 1 :] for place in range(len(text)) for letter in ALPHABET),
        *(text + more for more in ("=", "==", "===", "\n", " ", "A")),
        text.replace("-", "+"),
        text.replace("_", "/"),
        text[:-1],
    } - {text}

    assert [other for other in others if SEALER.open(other) is not None] == []
