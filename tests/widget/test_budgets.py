"""What a reader's browser has to fetch, compressed with Brotli at its strongest."""

import json
from typing import Any

import pytest

from service.pages.language import LANGUAGES
from service.widget.assets import assets
from tests.widget.weights import APPEAL, KILOBYTE, modules, weight


def texts(language: str) -> dict[str, Any]:
    """A locale's words: JSON, exported as it stands."""
    body = assets().files[f"locales/{language}.js"].body.decode()
    found: dict[str, Any] = json.loads(body.removeprefix("export default "))
    return found


def test_the_loader_stays_under_3_kilobytes() -> None:
    assert weight("loader.js") <= 3 * KILOBYTE


def test_loader_facts_decision_and_inline_appeal_stay_under_10_and_a_half_kilobytes() -> None:
    assert weight("loader.js", *modules(*APPEAL)) <= 10.5 * KILOBYTE


def test_the_amount_chooser_stays_under_6_kilobytes() -> None:
    assert weight(*modules("amounts")) <= 6 * KILOBYTE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_locale_stays_under_2_kilobytes(language: str) -> None:
    assert weight(f"locales/{language}.js") <= 2 * KILOBYTE


def test_every_locale_is_served_and_no_other() -> None:
    served = {name for name in assets().files if name.startswith("locales/")}

    assert served == {f"locales/{language}.js" for language in LANGUAGES}


def test_every_module_imported_is_served() -> None:
    for name, asset in assets().files.items():
        for line in asset.body.decode().splitlines():
            if line.startswith("import "):
                assert f"modules/{line.split(chr(39))[1].removeprefix('./')}" in assets().files, name


def test_locales_are_flat_texts_or_plural_forms() -> None:
    for language in LANGUAGES:
        words = texts(language)
        assert words["language"] == language
        for value in words.values():
            assert isinstance(value, str) or all(isinstance(form, str) for form in value.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_misses_a_word(language: str) -> None:
    assert texts(language).keys() == texts("en").keys()


@pytest.mark.parametrize(
    "word",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "setAttribute('style'",
        "document.cookie",
        "unload'",
    ],
)
def test_nothing_served_uses_what_strict_pages_forbid(word: str) -> None:
    assert [name for name, asset in assets().files.items() if word in asset.body.decode()] == []
