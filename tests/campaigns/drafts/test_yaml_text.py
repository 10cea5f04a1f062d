"""Values are changed in YAML text without touching the comments and the writing of everything else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.documents import read_document
from service.campaigns.drafts.yaml_text import with_content

TEXT = """\
# An autumn campaign.
key: autumn # for ever
site: courier

# Who is asked.
reader:
  article_count: {min: 3, weeks: 4}
  countries:
    - IE # home
    - GB
variants:
  - key: control # the first
    copy:
      en:
        heading: >-
          Stay with
          us
        button: "Give"
"""


def changed(**changes: Any) -> str:
    return with_content(TEXT, read_document(TEXT).content | changes)


def test_an_unchanged_document_keeps_its_text() -> None:
    assert changed() == TEXT


def test_a_changed_value_keeps_the_comment_on_its_line() -> None:
    assert changed(site="herald") == TEXT.replace("courier", "herald")
    assert "key: summer # for ever" in changed(key="summer")


def test_a_changed_part_leaves_the_rest_as_typed() -> None:
    reader = {"article_count": {"min": 3, "weeks": 4}, "countries": ["IE", "FR"], "signed_in": False}

    text = changed(reader=reader)

    assert "    - IE # home\n    - FR\n  signed_in: false\nvariants:" in text
    assert "article_count: {min: 3, weeks: 4}" in text


def test_a_removed_part_takes_only_its_own_lines() -> None:
    assert changed(reader={"article_count": {"min": 3, "weeks": 4}}) == TEXT.replace(
        "  countries:\n    - IE # home\n    - GB\n", ""
    )


def test_words_within_a_list_are_changed_in_place() -> None:
    variants = [{"key": "control", "copy": {"en": {"heading": "Stay: with us", "button": "Give"}}}]

    text = changed(variants=variants)

    assert "heading: 'Stay: with us'\n        button: \"Give\"\n" in text
    assert "- key: control # the first" in text


def test_an_added_field_goes_to_the_end() -> None:
    assert changed(priority=5) == TEXT + "priority: 5\n"


def test_text_that_is_no_yaml_is_replaced() -> None:
    assert read_document(with_content("a: [", {"a": 1})).content == {"a": 1}


scalars = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(st.characters(exclude_categories=["C"]), max_size=12)
)
names = st.sampled_from(["a", "b", "c", "d"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
documents = st.dictionaries(names, values, min_size=1, max_size=4)


@given(documents, documents)
def test_the_changed_text_is_always_read_to_the_new_content(before: Any, after: Any) -> None:
    text = "# kept\n" + with_content("", before)

    changed = with_content(text, after)

    assert read_document(changed).content == after
    assert changed.startswith("# kept\n")
