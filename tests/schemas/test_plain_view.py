"""A plain body is loaded exactly as the schema would load it, and a body that the schema refuses is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.decide import MAX_ID, MAX_TOKEN, DecideSchema
from schemas.plain_view import plain_view
from service.decisions.view import ViewRequest
from service.readers.history import topic_fingerprint
from service.web.json_bodies import strict_json
from tests.examples import examples

PLAIN = {"site": "courier", "view_id": "v1", "page_id": "harbour-wall"}
SCHEMA = DecideSchema()
FIELDS = SCHEMA.load_fields.keys() - {"site"}  # any text may be a site until its campaigns are looked up
WORDS = st.sampled_from(
    ["article", "full", "metered", "ios", "en-IE", "IE", "Grüße", "A|b", " tide", "", " ", "a\x00b", "\n", "x" * 600]
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
    return read(json.dumps(body, ensure_ascii=False))


def read(text: str) -> ViewRequest | None:
    try:
        return plain_view(text.encode())
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return None


@settings(max_examples=examples(500, many=5000), deadline=None)
@given(st.dictionaries(st.sampled_from([*sorted(FIELDS), "unknown"]), VALUES, max_size=4), st.booleans())
def test_a_body_is_loaded_as_the_schema_loads_it(facts: dict[str, Any], is_whole: bool) -> None:
    body = {**PLAIN, **facts} if is_whole else facts

    view = loaded(body)
    is_signed_in_or_preview = view is not None and (view.reader_assertion, view.preview) != (None, None)
    may_hide_a_name = '":' in json.dumps([*body.values()]).replace(" ", "")
    is_for_the_route = is_signed_in_or_preview or may_hide_a_name

    assert loaded_plainly(body) == (None if is_for_the_route else view)


@pytest.mark.parametrize(
    "rest",
    [
        '"view_id":"v2"',
        '"view_id" :"v2"',
        '"view_id"\n\t:\r "v2"',
        '"view\\u005fid":"v2"',
        '"view\\u005fid" : "v2"',
        '"hide_appeals":false,"hide_appeals":false',
        '"section":"\\ud83d"',
        '"section":"\\uDE00"',
        '"tags":[NaN]',
        '"tags":Infinity',
        f'"tags":{"9" * 5000}',
        '"tags":1e999',
        f'"tags":{"[" * 100_000}{"]" * 100_000}',
        '"tags":{}',
        '"tags":[{}]',
        f'"tags":{json.dumps(PLAIN)}',
        f'"tags":[{json.dumps(PLAIN)}]',
        '"is_sensitive":1',
        '"is_sensitive":0.0',
        '"placements":[["article_end"]]',
        '"page_type":{}',
    ],
)
def test_json_that_the_route_refuses_is_refused(rest: str) -> None:
    body = f"{json.dumps(PLAIN)[:-1]},{rest}}}"

    assert read(body) is None
    try:
        assert loaded(strict_json(body)) is None
    except (ValueError, RecursionError):
        return


@pytest.mark.parametrize("raw", [b'{"site":"\xff"}', b"\xef\xbb\xbf{}", b"", b"{", b"{} {}", b"{}x", b"\x00"])
def test_bytes_that_are_no_json_are_refused(raw: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        plain_view(raw)


@pytest.mark.parametrize("name", ["tags", "placements"])
@pytest.mark.parametrize("is_too_long", [False, True])
def test_a_list_is_as_long_as_the_schema_allows(name: str, is_too_long: bool) -> None:
    body = {**PLAIN, name: ["article_end"] * (SCHEMA.load_fields[name].most + is_too_long)}  # type: ignore[attr-defined]

    assert loaded_plainly(body) == loaded(body)
    assert (loaded(body) is None) == is_too_long


def test_white_space_between_the_parts_of_a_body_changes_nothing() -> None:
    text = json.dumps({**PLAIN, "tags": ["tide tables", "boats"]}, indent=2, separators=(" ,", "\t:\r\n"))

    assert read(f" {text}\n") == loaded(json.loads(text))


def test_the_order_of_topics_is_that_of_the_page() -> None:
    """If a page has too many topics, the first ones count."""
    view = loaded_plainly({**PLAIN, "tags": ["Tide", "boats", "tide"], "section": "News"})

    assert view is not None
    assert view.topics == tuple(map(topic_fingerprint, ("tide", "boats", "tide", "news")))


@pytest.mark.parametrize("body", [None, [], "text", 7, [PLAIN], [*map(list, PLAIN.items())], {}])
def test_a_body_that_is_no_object_with_the_required_fields_is_refused(body: Any) -> None:
    assert loaded_plainly(body) is None
    assert loaded(body) is None


@pytest.mark.parametrize("name", ["page_type", "access", "consent", "device", "placements"])
def test_every_word_of_an_enum_is_read(name: str) -> None:
    field: Any = SCHEMA.load_fields[name]
    words = getattr(field, "words", None) or field.inner.words
    for word in words:
        assert loaded_plainly({**PLAIN, name: word.value}) == loaded({**PLAIN, name: word.value}) is not None
