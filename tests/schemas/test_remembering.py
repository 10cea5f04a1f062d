"""A schema that remembers accepts what the schema accepts, as the same values, and nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.decide import PAGE_FACTS, DecideSchema
from schemas.remembering import MAX_REMEMBERED, RememberingSchema
from service.decisions.view import ViewRequest, view_request

PLAIN = {"site": "courier", "view_id": "v1", "page_id": "harbour-wall"}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["article", "ARTICLE", "full", "none", "en-IE", "IE", "gate", "article_top", "android", " News "]),
)
VALUES = st.one_of(ODD, st.lists(ODD, max_size=3), st.dictionaries(st.text(max_size=2), ODD, max_size=2))
NAMES = st.sampled_from([*DecideSchema().fields, "unknown"])
BODIES = st.one_of(
    VALUES,
    st.dictionaries(NAMES, VALUES, max_size=8),
    st.dictionaries(NAMES, VALUES, max_size=6).map(lambda more: {**PLAIN, **more}),
)
SHARED = RememberingSchema(DecideSchema(), view_request, facts=PAGE_FACTS)


def remembering() -> RememberingSchema[ViewRequest]:
    return RememberingSchema(DecideSchema(), view_request, facts=PAGE_FACTS)


def loaded(body: Any) -> ViewRequest | None:
    try:
        view: ViewRequest = DecideSchema().load(body)
    except ValidationError:
        return None
    return view


@settings(max_examples=1500, deadline=None)
@given(BODIES)
def test_it_never_disagrees_with_the_schema_whatever_it_was_given_before(body: Any) -> None:
    found = SHARED.load(body)

    assert found is None or found == loaded(body)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=6).map(lambda more: {**PLAIN, **more}))
def test_what_it_accepts_it_accepts_again(body: dict[str, Any]) -> None:
    schema = remembering()

    assert schema.load(body) == schema.load(body) == schema.load(dict(reversed(body.items())))


@pytest.mark.parametrize("value", [1, 1.0, "true"])
def test_true_is_remembered_as_true_alone(value: object) -> None:
    schema = remembering()
    assert schema.load({**PLAIN, "is_sensitive": True}) is not None

    assert schema.load({**PLAIN, "is_sensitive": value}) is None


def test_plain_bodies_need_no_second_look() -> None:
    body = {**PLAIN, "tags": ["Harbour", "council"], "placements": ["article_top"], "consent": "full"}

    assert remembering().load(body) == loaded(body)


def test_its_memory_has_a_bound() -> None:
    schema = remembering()
    for number in range(MAX_REMEMBERED + 10):
        schema.load({**PLAIN, "page_id": f"page-{number}"})

    assert max(len(values) for values in schema._accepted.values()) <= MAX_REMEMBERED


def test_what_is_the_readers_own_is_not_remembered() -> None:
    assert not PAGE_FACTS & {"view_id", "passport", "reader_assertion", "preview", "referrer"}
