"""What the reader pages say in each language: texts, amounts and dates. One JSON file per language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from service.money import Money, exponent

LANGUAGES = ("en", "ga", "fr", "de", "es", "pl", "ar")
FALLBACK = "en"
FOLDERS = (Path(__file__).parents[1] / "widget" / "locales", Path(__file__).parent / "locales")

Texts = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Language:
    """One language for templates. `tag` is what the page asked for where we speak it, such as `en-ie`."""

    tag: str
    texts: Texts
    locale: Locale

    @property
    def direction(self) -> str:
        return self.locale.text_direction

    def text(self, key: str, **values: str) -> str:
        """A text with its placeholders filled; a missing key is a KeyError, which the tests find before readers do."""
        found = self.texts[key]
        if not isinstance(found, str):
            raise KeyError(key)
        return _filled(found, values)

    def money(self, amount_minor: int, currency: str) -> str:
        """An amount for readers: `€5`, `5,50 €`. Whole amounts without decimals; never through a float."""
        digits = exponent(currency)
        is_whole = amount_minor % 10**digits == 0
        number = Decimal(amount_minor).scaleb(-digits)
        pattern = self.locale.currency_formats["standard"].pattern.replace(
            ".00", "" if is_whole else "." + "0" * digits
        )
        return format_currency(number, currency, format=pattern, locale=self.locale, currency_digits=False)

    def amount(self, money: Money) -> str:
        return self.money(money.amount_minor, money.currency)

    def day(self, day: date | datetime) -> str:
        return format_date(day, "long", locale=self.locale)

    def value(self, value: str | int | date) -> str:
        """A day, a count, or the text with this key."""
        if isinstance(value, date):
            return self.day(value)
        return self.text(value) if isinstance(value, str) else format_decimal(value, locale=self.locale)


def language(tag: str | None) -> Language:
    """The nearest language we speak: the tag's own, or English."""
    asked = (tag or FALLBACK).replace("_", "-")
    base = asked.lower().split("-")[0]
    if base not in LANGUAGES:
        asked = base = FALLBACK
    try:
        locale = Locale.parse(asked, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(base)
    return Language(tag=asked, texts=texts_in(base), locale=locale)


@cache
def texts_in(base: str) -> Texts:
    """All texts of a language: those shared with the widget, and those of the pages."""
    merged: dict[str, str | Mapping[str, str]] = {}
    for folder in FOLDERS:
        merged |= json.loads((folder / f"{base}.json").read_text(encoding="utf-8"))
    return merged


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
