"""Texts, plurals and amounts of the reader pages."""

from datetime import date

import pytest

from service.pages.language import LANGUAGES, language, texts_in


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_has_every_text(tag: str) -> None:
    english, other = texts_in("en"), texts_in(tag)

    assert set(other) == set(english)
    assert all(type(other[key]) is type(english[key]) for key in english)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_text_keeps_its_placeholders(tag: str) -> None:
    english, other = language("en"), language(tag)
    names = [
        *("amount", "currency", "day", "ends_on", "goal", "heading", "link", "max", "min"),
        *("raised", "refunded", "renews_on", "site"),
    ]

    for key, text in english.texts.items():
        translated = other.texts[key]
        if isinstance(text, str) and isinstance(translated, str):
            assert [name for name in names if "{" + name + "}" in text] == [
                name for name in names if "{" + name + "}" in translated
            ], key


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_plural_has_all_forms_of_its_language(tag: str) -> None:
    chosen = language(tag)
    forms = chosen.texts["counted"]

    assert not isinstance(forms, str)
    assert {chosen.locale.plural_form(count) for count in range(200)} <= set(forms)


@pytest.mark.parametrize(
    ("tag", "minor", "currency", "text"),
    [
        ("en", 500, "EUR", "€5"),
        ("en", 550, "EUR", "€5.50"),
        ("de", 1250, "EUR", "12,50\xa0€"),
        ("fr", 123_456_700, "EUR", "1\u202f234\u202f567\xa0€"),
        ("en", 500, "JPY", "¥500"),
        ("en-IE", 500, "USD", "US$5"),
        ("en", 5120, "KWD", "KWD\u00a05.120"),
    ],
)
def test_amounts_have_the_format_of_the_language(tag: str, minor: int, currency: str, text: str) -> None:
    assert language(tag).money(minor, currency) == text


@pytest.mark.parametrize("tag", [None, "", "tlh", "xx-YY", "../../etc"])
def test_an_unknown_language_falls_back_to_english(tag: str | None) -> None:
    assert language(tag).tag == "en"


def test_dates_have_the_format_of_the_region() -> None:
    assert language("en-IE").day(date(2026, 12, 31)) == "31 December 2026"
    assert language("en_US").day(date(2026, 12, 31)) == "December 31, 2026"


def test_arabic_is_written_from_right_to_left() -> None:
    assert language("ar").direction == "rtl"


def test_a_missing_text_raises_an_error() -> None:
    with pytest.raises(KeyError):
        language("en").text("no_such_text")


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("en", "en"),
        ("en-ie", "en-IE"),
        ("EN_IE", "en-IE"),
        ("de-AT", "de-AT"),
        ("en-x-<b>", "en"),
        ('en"><script>', "en"),
        ("de-\u2028", "de"),
        ("tlh", "en"),
        (None, "en"),
    ],
)
def test_the_tag_is_that_of_the_language_that_is_used(asked: str | None, tag: str) -> None:
    assert language(asked).tag == tag
