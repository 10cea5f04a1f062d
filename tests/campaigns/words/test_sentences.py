"""The rules of a campaign are said as sentences whose AND and OR are words."""

from typing import Any

import pytest

from service.campaigns.documents import CAMPAIGN_SHAPE, SITE_SHAPE
from service.campaigns.words.audience import pages_in_words, readers_in_words, share_in_words
from service.campaigns.words.labels import VALUES, has_label
from service.campaigns.words.shape import Shape, ShapeKind
from service.campaigns.words.timing import cool_off_in_words, frequency_in_words, schedule_in_words
from tests.campaigns.make import campaign


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (
            {"article_count": {"min": 3, "weeks": 4}, "countries": ["IE", "GB"]},
            "Readers of at least 3 articles in 4 weeks AND who are not supporters AND in Ireland OR the United Kingdom",
        ),
        ({"supporter": "everyone"}, "All readers, supporters or not"),
        ({"supporter": "supporters", "signed_in": True}, "Readers who are supporters AND who are signed in"),
        (
            {"supporter": ["one_off", "lapsed"]},
            "Readers who contributed once OR who are no longer supporters",
        ),
        (
            {"supporter": "everyone", "countries": {"none": ["FR", "NL"]}},
            "Readers neither in France NOR in the Netherlands",
        ),
        (
            {"supporter": "everyone", "article_count": [{"min": 1, "max": 1, "days": 1}, {"max": 9, "topics": "sea"}]},
            "Readers of exactly 1 article today AND of at most 9 articles about sea",
        ),
        ({"supporter": "everyone", "holdout": "only"}, "Readers only in the holdout"),
        (
            {"supporter": "everyone", "abandoned_checkout": {"within_days": 7, "after_hours": 1}},
            "Readers who started a checkout at least 1 hour ago at most 7 days ago and did not pay",
        ),
        ({"supporter": "recurring", "recurring_below": {"EUR": 10}},
         "Readers who contribute regularly AND who contribute less a month than EUR 10.00"),
    ],
)  # fmt: skip
def test_readers_are_a_sentence(rules: dict[str, Any], sentence: str) -> None:
    assert readers_in_words(campaign(reader=rules).reader) == sentence


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({}, "On all pages"),
        (
            {"types": ["article", "liveblog"], "sections": ["Culture"], "tags": {"any": ["arts"], "none": ["sad"]}},
            "On articles OR live blogs AND in the section culture OR with the tag arts AND not with the tag sad",
        ),
        ({"sensitive": "also"}, "Also on sensitive pages"),
    ],
)
def test_pages_are_a_sentence(rules: dict[str, Any], sentence: str) -> None:
    assert pages_in_words(campaign(page=rules)) == sentence


def test_a_share_of_readers_is_said_only_if_it_is_not_all() -> None:
    assert share_in_words(campaign()) == ""
    assert share_in_words(campaign(share=0.3)) == "30 % of readers"
    assert share_in_words(campaign(share={"share": 0.3, "offset": 0.6})) == (
        "30 % of readers, from 60 % on in the order readers"
    )


def test_times_are_sentences() -> None:
    timed = campaign(
        schedule={
            "starts": "2026-12-04 18:00",
            "ends": "2026-12-06",
            "weekdays": ["sat", "fri"],
            "hours": "06:00-10:00",
        },
        frequency={"caps": {"impressions": 4, "days": 30}, "gap": {"days": 2}, "daily": 1},
        cool_off={"after_dismissal": {"days": [14, 30], "ends_after": 3}, "after_contribution": {"one_off_days": 0}},
    )

    assert schedule_in_words(timed.schedule) == (
        "From Friday 4 December 2026 18:00 until Sunday 6 December 2026 "
        "AND on Friday OR Saturday AND from 06:00 to 10:00"
    )
    assert frequency_in_words(timed.frequency) == (
        "At most 4 times in 30 days AND at least 2 days apart AND at most once a day"
    )
    assert cool_off_in_words(timed.cool_off) == (
        "After a reader closes it: silent for 14 days, then 30 days OR never again after 3 closings; "
        "After a one-off contribution: no silence"
    )


def test_no_rules_are_sentences_too() -> None:
    plain = campaign(frequency={}, cool_off={})

    assert schedule_in_words(plain.schedule) == "Always"
    assert frequency_in_words(plain.frequency) == "As often as a reader comes"
    assert cool_off_in_words(plain.cool_off) == "No silence of its own after a reader closes it"


def names_in(shape: Shape, name: str = "") -> set[str]:
    """Return the plain paths of all fields of a shape."""
    found = {name} if name else set()
    for part, inner in shape.parts.items():
        found |= names_in(inner, f"{name}.{part}" if name else part)
    return found | (names_in(shape.inner, name) if shape.inner and shape.kind is not ShapeKind.SIDES else set())


def words_in(shape: Shape) -> set[str]:
    """Return all words that fields of a shape may have as values."""
    inner = [*shape.parts.values(), *([shape.inner] if shape.inner else []), *([shape.keys] if shape.keys else [])]
    return set(shape.words).union(*(words_in(part) for part in inner))


@pytest.mark.parametrize("shape", [CAMPAIGN_SHAPE, SITE_SHAPE], ids=["campaign", "site"])
def test_every_field_and_every_word_has_a_label(shape: Shape) -> None:
    assert {name for name in names_in(shape) if not has_label(name)} == set()
    assert words_in(shape) - VALUES.keys() == set()
