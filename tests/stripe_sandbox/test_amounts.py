"""Amounts as people read and type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stripe_sandbox.amounts import shown, typed
from infra.stripe_sandbox.errors import BadParameterError


@given(st.integers(1, 99_999_999), st.sampled_from(["eur", "jpy", "kwd", "isk"]))
def test_a_shown_amount_can_be_typed_back(amount: int, currency: str) -> None:
    text = shown(amount, currency).strip("€¥ ").removesuffix(currency.upper()).replace(",", "")

    assert typed(text, currency) == amount


@pytest.mark.parametrize("text", ["", "abc", "1.234", "-1", "NaN", "Infinity", "0"])
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadParameterError):
        typed(text, "eur")
