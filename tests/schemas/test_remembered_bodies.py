"""A remembered body is read exactly as the schema would read it, whatever was read before."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from schemas.decide import MAX_ID, MAX_TOKEN, DecideSchema
from schemas.remembered_bodies import MAX_BODIES, RememberedBodies
from service.decisions.view import ViewRequest
from service.web.requests import read_json

PLAIN = {"site": "courier", "view_id": "v1", "page_id": "harbour-wall"}
OWN = st.sampled_from(["v1", "v2", "a-b_c", "0" * MAX_ID, "0" * (MAX_ID + 1), "", "ü", 'a"b', "a\\", 7, None])
PASSPORTS = st.sampled_from(["", "abc", "x-_Z", "p" * MAX_TOKEN, "p" * (MAX_TOKEN + 1), "ü", None, 3])
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.sampled_from([["news"], ['"view_id":"v9"'], ['"passport":"p"', "\\"], "view_id", []]),
        "section": st.sampled_from(["News", '"view_id": "v9"', None]),
        "page_type": st.sampled_from(["article", "front", "nothing"]),
        "preview": st.sampled_from([None, "p", ""]),
        "reader_assertion": st.sampled_from([None, "a"]),
        "passport": PASSPORTS,
        "unknown": st.just(1),
    },
)
COMMAS = st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")])


def load(raw: bytes) -> ViewRequest:
    view: ViewRequest = DecideSchema().load(read_json(raw))
    return view


def loaded(raw: bytes) -> ViewRequest | None:
    """What the plain schema reads; None for a body that it or the JSON reader refuses."""
    try:
        return load(raw)
    except (ValidationError, HTTPException):
        return None


def viewed(bodies: RememberedBodies, raw: bytes) -> ViewRequest | None:
    try:
        return bodies.view(raw)
    except HTTPException:
        return None


SHARED = RememberedBodies(load)


@settings(max_examples=400, deadline=None)
@given(OWN, FACTS, COMMAS, st.booleans(), st.booleans())
def test_it_reads_what_the_schema_reads(
    view_id: Any, facts: dict[str, Any], commas: tuple[str, str], is_last: bool, is_ascii: bool
) -> None:
    body = {**PLAIN, "view_id": view_id, **facts}
    if is_last:
        body["view_id"] = body.pop("view_id")
    raw = json.dumps(body, separators=commas, ensure_ascii=is_ascii).encode()

    assert viewed(SHARED, raw) == loaded(raw)


def test_another_view_of_the_same_page_is_not_read_again() -> None:
    read: list[bytes] = []

    def noted(raw: bytes) -> ViewRequest:
        read.append(raw)
        return load(raw)

    bodies = RememberedBodies(noted)

    views = [bodies.view(json.dumps({**PLAIN, "view_id": one, "passport": one}).encode()) for one in ("a1", "b2", "c3")]

    assert len(read) == 1
    assert [(view.view_id, view.passport) for view in views if view] == [("a1", "a1"), ("b2", "b2"), ("c3", "c3")]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"site":"courier","view_id":"v1","page_id":"harbour-wall","view_id":"v2"}',
        b'{"site":"courier","view_id":"v1","page_id":"harbour-wall","\\u0076iew_id":"v2"}',
        b'{"site":"courier","view_id":"v1","page_id":"harbour-wall","passport":"a","passport":"b"}',
        b'{"site":"courier","view_id":"v1","page_id":"harbour-wall"} ',
        b'{"site":"courier","page_id":"harbour-wall","tags":{"view_id":"v1"}}',
    ],
)
def test_a_name_that_is_repeated_is_refused_also_after_a_good_body(raw: bytes) -> None:
    bodies = RememberedBodies(load)
    bodies.view(b'{"site":"courier","view_id":"v1","page_id":"harbour-wall"}')
    bodies.view(b'{"site":"courier","view_id":"v1","page_id":"harbour-wall","passport":"a"}')

    assert viewed(bodies, raw) == loaded(raw)


def test_its_memory_has_a_bound() -> None:
    bodies = RememberedBodies(load)
    for number in range(MAX_BODIES + 10):
        bodies.view(json.dumps({**PLAIN, "page_id": f"p{number}"}).encode())

    assert len(bodies._facts) <= MAX_BODIES
