"""A plain body is loaded exactly as the schema would load it, and a body that the schema refuses is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.decide import MAX_ID, MAX_TOKEN, DecideSchema
from schemas.plain_bodies import PlainBodies
from service.decisions.view import ViewRequest, view_request
from tests.examples import examples

PLAIN = {"site": "courier", "view_id": "v1", "page_id": "harbour-wall"}
SCHEMA = DecideSchema()
BODIES = PlainBodies(SCHEMA)
WORDS = st.sampled_from(
    ["article", "full", "metered", "ios", "en-IE", "IE", "Grüße", "", " ", "a\x00b", "\n", "x" * 600]
)
VALUES = st.one_of(
    WORDS,
    st.text(max_size=12),
    st.none(),
    st.booleans(),
    st.integers(-1, 3),
    st.floats(allow_nan=False),
    st.lists(st.one_of(WORDS, st.none(), st.integers()), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["p" * MAX_TOKEN, "p" * (MAX_TOKEN + 1), "0" * MAX_ID, "0" * (MAX_ID + 1)]),
)


def loaded(body: Any) -> ViewRequest | None:
    """Return what the schema loads, or None if it refuses the body."""
    try:
        view: ViewRequest = SCHEMA.load(body)
    except ValidationError:
        return None
    return view


def loaded_plainly(body: Any) -> ViewRequest | None:
    values = BODIES.load(body)
    return None if values is None else view_request(values)


@settings(max_examples=examples(500, many=5000), deadline=None)
@given(st.dictionaries(st.sampled_from([*SCHEMA.load_fields, "unknown"]), VALUES, max_size=4), st.booleans())
def test_a_body_is_loaded_as_the_schema_loads_it(facts: dict[str, Any], is_whole: bool) -> None:
    body = {**PLAIN, **facts} if is_whole else facts

    assert loaded_plainly(body) == loaded(body)


@pytest.mark.parametrize("body", [None, [], "text", 7, [PLAIN], {}, json.loads("{}")])
def test_a_body_that_is_no_object_with_the_required_fields_is_refused(body: Any) -> None:
    assert BODIES.load(body) is None
    assert loaded(body) is None


@pytest.mark.parametrize("name", ["page_type", "access", "consent", "device", "placements"])
def test_every_word_of_an_enum_is_read(name: str) -> None:
    field: Any = SCHEMA.load_fields[name]
    words = getattr(field, "words", None) or field.inner.words
    for word in words:
        assert loaded_plainly({**PLAIN, name: word.value}) == loaded({**PLAIN, name: word.value}) is not None
