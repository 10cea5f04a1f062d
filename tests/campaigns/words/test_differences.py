"""What differs between two documents is said field by field, and longer texts word by word."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.documents import CAMPAIGN_SHAPE, SITE_SHAPE
from service.campaigns.words.differences import differences
from service.campaigns.words.in_words import differences_in_words
from service.campaigns.words.word_difference import Fate, word_difference
from tests.campaigns.make import campaign_document, site_document, variant_document

IRISH = {"heading": "Fan linn", "button": "Tabhair"}
ENGLISH = variant_document()["copy"]["en"]


def said(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the differences between two campaigns that differ from the usual one in these fields."""
    found = differences_in_words(CAMPAIGN_SHAPE, campaign_document(**before), campaign_document(**after))
    return [difference.text for difference in found]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            {"reader": {"article_count": {"min": 5, "weeks": 4}}},
            {"reader": {"article_count": [{"min": 3, "weeks": 4}]}},
            ["asks from 3 articles instead of 5"],
        ),
        ({}, {"variants": [variant_document(copy={"en": ENGLISH, "ga": IRISH})]}, ["adds Irish"]),
        ({"variants": [variant_document(copy={"en": ENGLISH, "ga": IRISH})]}, {}, ["removes Irish"]),
        ({}, {"variants": [variant_document(), variant_document(key="blue")]}, ["adds the variant blue"]),
        ({}, {"priority": 5}, ["Priority: 5"]),
        ({"priority": 7}, {"priority": 5}, ["Priority: 5 instead of 7"]),
        ({}, {"is_high_priority": True}, ["turns on: Before all others"]),
        ({}, {"share": 0.5}, ["Share of readers: 50 %"]),
        ({"page": {"sections": ["news"]}}, {"page": {"sections": ["news", "sea"]}}, ["Sections: adds sea"]),
        (
            {"reader": {"countries": ["IE"]}},
            {"reader": {"countries": {"any": ["IE", "GB"], "none": ["FR"]}}},
            ["Countries: adds the United Kingdom; excludes France"],
        ),
        (
            {"frequency": {"caps": {"impressions": 4, "days": 30}}},
            {"frequency": {"caps": {"impressions": 3, "days": 30}}},
            ["Limit, at most this many times: 3 instead of 4"],
        ),
    ],
)
def test_a_difference_is_a_sentence(before: dict[str, Any], after: dict[str, Any], words: list[str]) -> None:
    assert said(before, after) == words


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"priority": 100}, {}),
        ({"frequency": {"daily": 1}}, {"frequency": {"daily": {"impressions": 1}}}),
        ({"page": {"tags": ["a"]}}, {"page": {"tags": {"any": ["a"]}}}),
        ({"variants": [variant_document()]}, {"variants": variant_document()}),
        ({"reader": {"consent": "full"}}, {"reader": {"consent": ["full"]}}),
        ({"schedule": {}}, {}),
    ],
)
def test_what_means_the_same_does_not_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert said(before, after) == []


def test_a_longer_text_is_compared_word_by_word() -> None:
    old, new = "Stay with us for another year", "Stay with us for one more year, please"
    before = campaign_document(variants=[variant_document(copy={"en": {**ENGLISH, "heading": old}})])
    after = campaign_document(variants=[variant_document(copy={"en": {**ENGLISH, "heading": new}})])

    (difference,) = differences_in_words(CAMPAIGN_SHAPE, before, after)

    assert difference.text == "Headline in English"
    assert [piece.text for piece in difference.pieces if piece.fate is Fate.REMOVED] == ["another"]


def test_the_settings_of_a_site_are_compared_too() -> None:
    before, after = site_document(), site_document(attention={"prompts_per_view": 1}, quiet_hours="22:00-07:00")

    found = differences_in_words(SITE_SHAPE, before, after)

    assert [difference.text for difference in found] == ["Most prompts on a page view: 1", "Quiet hours: 22:00-07:00"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_pieces_put_together_are_the_two_texts(before: str, after: str) -> None:
    pieces = word_difference(before, after)

    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.REMOVED) == after


def test_a_document_that_cannot_be_read_is_still_compared() -> None:
    assert differences(CAMPAIGN_SHAPE, campaign_document(), {"variants": "none", "page": 3, "mystery": [1]})
