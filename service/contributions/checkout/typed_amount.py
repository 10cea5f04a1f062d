"""Read an amount as a reader types it, in the digits of any script and with the currency's symbol or code."""

import re
import unicodedata

from babel.numbers import get_currency_symbol

from service.errors import InvalidAmountError
from service.money import Money, exponent, parse_amount
from service.pages.language import LANGUAGES

# Symbols that people write in the currency's own country. Those of the languages of our pages come from Babel.
_HOME_SYMBOLS = {
    "AUD": ("$", "AU$"), "BRL": ("R$",), "CAD": ("$", "C$"), "CHF": ("Fr.", "Fr", "SFr.", "SFr"), "CZK": ("Kč",),
    "DKK": ("kr.", "kr"), "HKD": ("$", "HK$"), "HUF": ("Ft",), "INR": ("₹", "Rs"), "ISK": ("kr.", "kr"),
    "JPY": ("¥", "￥", "円"), "MXN": ("$", "MX$"), "NOK": ("kr.", "kr"), "NZD": ("$", "NZ$"), "PLN": ("zł",),
    "RON": ("lei",), "SEK": ("kr.", "kr"), "SGD": ("$", "S$"), "USD": ("$", "US$"),
}  # fmt: skip
_DECIMAL_POINTS = re.compile("[,٫，．]")
_DASH_FOR_CENTS = re.compile(r"^([0-9]+)\.[-–—]{1,2}$")  # `5.-` and `5,–`
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?")


def typed_amount(text: str, currency: str) -> Money:
    """Return the amount in a text such as `5`, `5,50`, `٥٫٥`, `€ 5`, `5 EUR` or `5.-`.

    Raise InvalidAmountError if the text is anything else, has the symbol of another currency or more decimals than the
    currency (`is_readable` is then false), or if Stripe does not accept the amount.
    """
    number = _DASH_FOR_CENTS.sub(r"\1", _DECIMAL_POINTS.sub(".", _without_currency(_in_ascii_digits(text), currency)))
    if not _NUMBER.fullmatch(number):
        title = f"write the amount in digits, such as 5 or 5.00, in {currency}"
        raise InvalidAmountError(title, is_readable=False)
    # Extra decimals are refused even if they are zeros, because `1,000` may mean one thousand.
    if len(number.partition(".")[2]) > exponent(currency):
        title = f"{currency} has {exponent(currency)} decimal places; write no more digits after the point"
        raise InvalidAmountError(title, is_readable=False)
    return parse_amount(number, currency)


def _in_ascii_digits(text: str) -> str:
    """Replace the decimal digits of every script by 0 to 9, and remove invisible marks of the writing direction."""
    visible = (character for character in text if unicodedata.category(character) != "Cf")
    return "".join(str(unicodedata.decimal(character, character)) for character in visible).strip()


def _without_currency(text: str, currency: str) -> str:
    """Remove the currency's symbol or code from the start or the end of a text."""
    lowered = text.casefold()
    for written in sorted(_names_of(currency), key=len, reverse=True):
        name = written.casefold()
        if lowered.startswith(name):
            return lowered[len(name) :].strip()
        if lowered.endswith(name):
            return lowered[: -len(name)].strip()
    return lowered


def _names_of(currency: str) -> set[str]:
    symbols = {_in_ascii_digits(get_currency_symbol(currency, tag)) for tag in LANGUAGES}
    return {currency, *symbols, *_HOME_SYMBOLS.get(currency, ())}
