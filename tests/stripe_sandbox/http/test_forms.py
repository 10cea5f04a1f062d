"""Form bodies with brackets are decoded to nested values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.http import forms

leaves = st.sampled_from(["1", "true", "a[b]", "ä=&"])
names = st.sampled_from(["amount", "line_items", "metadata", "x"])
trees = st.recursive(
    leaves,
    lambda below: st.dictionaries(names, below, min_size=1, max_size=3) | st.lists(below, min_size=1, max_size=3),
    max_leaves=6,
)


def bracketed(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, below in value.items() for pair in bracketed(f"{name}[{key}]", below)]
    if isinstance(value, list):
        return [pair for index, below in enumerate(value) for pair in bracketed(f"{name}[{index}]", below)]
    return [(name, value)]


@given(st.dictionaries(names, trees, max_size=4))
def test_a_form_with_brackets_is_decoded_to_its_tree(tree: dict[str, Any]) -> None:
    pairs = [pair for name, value in tree.items() for pair in bracketed(name, value)]

    assert forms.decode(pairs) == tree


def test_empty_brackets_append_to_a_list() -> None:
    assert forms.decode([("expand[]", "a"), ("expand[]", "b")]) == {"expand": ["a", "b"]}


@pytest.mark.parametrize("name", ["[a]", "a[b", "a" + "[b]" * 20])
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(BadParameterError):
        forms.decode([(name, "1")])
