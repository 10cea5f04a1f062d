"""Documents are plain YAML or JSON; anything else is refused with a sentence that names the field and the line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.documents import MAX_DOCUMENT_BYTES, load_campaign, read_document, read_file, write_document
from service.errors import InvalidDocumentError

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcNO:0", min_size=1), inner, max_size=3),
    max_leaves=12,
)


def problems_of(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(InvalidDocumentError) as caught:
        read_document(text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a: NO", "NO"),
        ("a: on", "on"),
        ("a: 22:00", "22:00"),
        ("a: 22:00-06:00", "22:00-06:00"),
        ("a: 2026-09-01", "2026-09-01"),
        ("a: 1_000", "1_000"),
        ("a: 010", "010"),
        ("a: 7.50", 7.5),
        ("a: -3", -3),
        ("a: true", True),
        ("a: False", False),
        ("a: ~", None),
        ("a:", None),
        ('a: "true"', "true"),
        ("a: .inf", ".inf"),
    ],
)
def test_scalars_mean_what_an_editor_would_expect(written: str, read: object) -> None:
    found = read_document(written).content["a"]

    assert found == read
    assert type(found) is type(read)


def test_every_part_of_a_document_has_its_line_number() -> None:
    document = read_document("key: autumn\nreader:\n  countries: [IE]\nvariants:\n  - key: control\n")

    assert document.lines["reader",] == 2
    assert document.lines["reader", "countries", 0] == 3
    assert document.lines["variants", 0, "key"] == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a: 1\na: 2", "a is written twice (line 2)"),
        ("a: &x 1\nb: *x", "the alias *x is not supported; write the value out (line 2)"),
        ("a: !!python/object:os.system 1", "the tag !os.system is not supported; remove it (line 1)"),
        ("a: [1, 2", "(line"),
        ("a: 1\n b: 2", "(line 2)"),
        ("? [a, b]\n: 1", "a field name must be plain text"),
        ("a: " + "9" * 30, "too many digits"),
        ("a: \x07", "does not allow"),
        (b"a: \xff\xfe", "not UTF-8"),
        ("[" * 60 + "]" * 60, "nested too deeply"),
        ("[" * 20_000, "nested too deeply"),
        ("a: " + "x" * MAX_DOCUMENT_BYTES, "longer than 128 KiB"),
    ],
)
def test_an_unreadable_document_is_refused_with_the_reason(text: str | bytes, words: str) -> None:
    assert words in problems_of(text)[0]


def test_a_missing_file_is_an_invalid_document(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match="cannot be opened"):
        read_file(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(json.dumps, id="with everything but ASCII escaped, as programs write it"),
        pytest.param(lambda content: json.dumps(content, ensure_ascii=False), id="without escapes"),
        pytest.param(lambda content: json.dumps(content, indent="\t"), id="indented with tabs"),
        pytest.param(lambda content: "\ufeff" + json.dumps(content, indent=2), id="after a byte order mark"),
    ],
)
def test_json_is_read_too(written: Callable[[object], str]) -> None:
    content = {"a": [1, 2.5, 1e-05, True, None, "x: y"], "b": {"c": "é 😀 \\ /"}}

    assert read_document(written(content)).content == content


def test_yaml_may_escape_a_character_as_a_surrogate_pair_too() -> None:
    assert read_document(r'a: "\ud83d\ude00"').content == {"a": "😀"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (r'{"a": 1, "b": "\ud83d"}', "b: invalid surrogate pair; write the character itself (line 1)"),
        (r'a: "\ude00"', "a: invalid surrogate pair; write the character itself (line 1)"),
        (r'{"a": [{}, {"b": "\ud83d"}]}', "a 2, b: invalid surrogate pair; write the character itself (line 1)"),
        (r'{"\ud83d": 1}', "a field name cannot be read: invalid surrogate pair; write the character itself (line 1)"),
        ('{"a": 1,\n\t"a": 2}', "a is written twice (line 2)"),
        ("[" * 5000 + "]" * 5000, "nested too deeply, to more than 20 levels (line 1)"),
        ('{"a": ' + "9" * 5000 + "}", "has too many digits; at most 18 are read (line 1)"),
    ],
)
def test_json_that_cannot_be_read_is_refused_with_its_line(written: str, words: str) -> None:
    assert words in problems_of(written)[0]


def test_a_problem_in_json_names_its_line() -> None:
    text = json.dumps({"key": "autumn", "name": 'A " \ud83d\ude00', "prority": 3, "kind": "epic"}, indent="\t")
    document = read_document(text)

    with pytest.raises(InvalidDocumentError) as caught:
        load_campaign(document.content, document.lines)

    assert "prority: is not a field here; did you mean priority? (line 4)" in caught.value.problems


@given(PLAIN)
def test_a_written_document_is_read_back_unchanged(content: Any) -> None:
    document = {"content": content}

    assert read_document(write_document(document)).content == document


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidDocumentError):
        load_campaign(read_document(text).content)


def test_every_problem_names_the_field_the_error_and_the_line() -> None:
    document = read_document(
        """\
key: autumn
site: courier
kind: epic
placement: article_tp
prority: 3
reader:
  article_count: {min: 5, max: 3}
variants:
  - key: control
    copy:
      en: {heading: Hello}
"""
    )

    with pytest.raises(InvalidDocumentError) as caught:
        load_campaign(document.content, document.lines)

    assert caught.value.problems == (
        "placement: must be one of article_top, article_end, page_bottom, over_article (line 4)",
        "prority: is not a field here; did you mean priority? (line 5)",
        "reader, article_count, max: is less than min, so no reader would match; raise it (line 7)",
        "variants 1, copy, en, button: is missing (line 11)",
    )


@pytest.mark.parametrize("content", [None, 1, "text", [], [{}], {1: 2}, float("nan")])
def test_content_that_is_no_document_is_refused(content: object) -> None:
    with pytest.raises(InvalidDocumentError):
        load_campaign(content)
