"""Texts, amounts and dates of the reader pages and mails in each language. Every language has a JSON file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from service.money import Money, exponent

LANGUAGES = ("en", "ga", "fr", "de", "es", "pl", "ar")
FALLBACK = "en"
FOLDERS = (Path(__file__).parents[1] / "widget" / "locales", Path(__file__).parent / "locales")

# The widget has this table too. In no language do these symbols mean another currency.
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"EUR": "€", "GBP": "£", "USD": "US$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "JPY": "¥", "PLN": "zł"}
)

Texts = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Language:
    """A language with its texts. `tag`: the language that is used, such as `en-IE`."""

    tag: str
    texts: Texts
    locale: Locale

    @property
    def direction(self) -> str:
        return self.locale.text_direction

    def text(self, key: str, **values: str) -> str:
        """Return a text with its placeholders filled in. Raise KeyError if there is no text with this key."""
        template = self.texts[key]
        if not isinstance(template, str):
            raise KeyError(key)
        return _filled(template, values)

    def money(self, amount_minor: int, currency: str) -> str:
        """Return an amount as the widget writes it: `€5`, `5,50 €`, `CHF 5`. Whole amounts have no decimals."""
        digits = exponent(currency)
        decimals = "." + "0" * digits if amount_minor % 10**digits else ""
        number = format_decimal(Decimal(amount_minor).scaleb(-digits), f"#,##0{decimals}", self.locale)
        written = self.text("money", n=number)
        symbol = self._symbol(currency)
        is_letters_before_digits = written.startswith("¤") and symbol == currency
        return written.replace("¤", f"{symbol}\u00a0" if is_letters_before_digits else symbol)

    def _symbol(self, currency: str) -> str:
        is_home = currency == "USD" and self.tag.lower().endswith("-us")
        return "$" if is_home else SYMBOLS.get(currency, currency)

    def amount(self, money: Money) -> str:
        return self.money(money.amount_minor, money.currency)

    def day(self, day: date | datetime) -> str:
        return format_date(day, "long", locale=self.locale)

    def value(self, value: str | int | date) -> str:
        """Return a date or a number in the format of the language, or the text whose key is `value`."""
        if isinstance(value, date):
            return self.day(value)
        return self.text(value) if isinstance(value, str) else format_decimal(value, locale=self.locale)


def language(tag: str | None) -> Language:
    """Return the language of a tag, or English if the tag is missing or its language is not supported."""
    asked = (tag or FALLBACK).replace("_", "-")
    base = asked.lower().split("-")[0]
    if base not in LANGUAGES:
        asked = base = FALLBACK
    try:
        locale = Locale.parse(asked, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(base)
    return Language(tag=str(locale).replace("_", "-"), texts=texts_in(base), locale=locale)


@cache
def texts_in(base: str) -> Texts:
    """Return all texts of a language: those shared with the widget, and those of pages and mails."""
    merged: dict[str, str | Mapping[str, str]] = {}
    for folder in FOLDERS:
        merged |= json.loads((folder / f"{base}.json").read_text(encoding="utf-8"))
    return merged


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
