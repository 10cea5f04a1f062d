"""What a person types to find contributions, and what it means.

It is an address, an amount, an id, words of a name, or words with an amount, such as `mary 25`.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from service.pages.language import SYMBOLS

MAX_QUERY = 200
# Ids begin with a short word and an underscore: ours, such as ctb_, and Stripe's, such as ch_, pi_ or txn_.
_ID = re.compile(r"[a-z]{2,8}_[A-Za-z0-9_]+", re.ASCII)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_WORD_BREAK = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,3})?")
_CURRENCIES: Final = {symbol.casefold(): currency for currency, symbol in SYMBOLS.items()} | {
    "$": None,
    "kr": None,
}
_CODE = re.compile(r"[a-z]{3}")


@dataclass(frozen=True, slots=True)
class IdQuery:
    """An id of ours or of Stripe."""

    id: str


@dataclass(frozen=True, slots=True)
class AddressQuery:
    """A whole e-mail address."""

    address: str


@dataclass(frozen=True, slots=True)
class WordsQuery:
    """Beginnings of the words of a name or an address, in lower case and without accents."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmountQuery:
    """An amount. `currency` None means every currency.

    `minors` has its minor units in currencies without decimals, with two and with three; None if the amount has more
    decimals than these.
    """

    minors: tuple[int | None, int | None, int | None]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class WordsAmountQuery:
    """Words of a name or an address, and an amount."""

    words: WordsQuery
    amount: AmountQuery


Query = IdQuery | AddressQuery | WordsQuery | AmountQuery | WordsAmountQuery


def parse_query(text: str) -> Query | None:
    """Return what the text asks for, or None if it is empty."""
    cleaned = " ".join(text.split())[:MAX_QUERY]
    if not cleaned:
        return None
    if _ID.fullmatch(cleaned):
        return IdQuery(cleaned)
    if _ADDRESS.fullmatch(cleaned):
        return AddressQuery(cleaned)
    return _amount(cleaned) or _words_and_amount(cleaned) or WordsQuery(words_of(cleaned))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text as the search index has them: in lower case, without accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return tuple(word for word in _WORD_BREAK.split(plain.lower()) if word)


def _words_and_amount(text: str) -> WordsAmountQuery | None:
    """Return words and the amount at their end, such as `mary 25` or `mary €12,50`, or None if the end is no amount."""
    before, _, end = text.rpartition(" ")
    words, amount = words_of(before), _amount(end)
    return WordsAmountQuery(WordsQuery(words), amount) if words and amount else None


def _amount(text: str) -> AmountQuery | None:
    """Return the amount in a text such as `25`, `25,50`, `€25` or `25 EUR`, or None if it is no amount."""
    lowered = text.casefold()
    number = _NUMBER.search(lowered)
    if number is None:
        return None
    rest = (lowered[: number.start()] + lowered[number.end() :]).strip()
    if rest and rest not in _CURRENCIES and not _CODE.fullmatch(rest):
        return None
    currency = _CURRENCIES.get(rest, rest.upper() if _CODE.fullmatch(rest) else None)
    try:
        value = Decimal(number.group().replace(",", "."))
    except InvalidOperation:
        return None
    minors = (_minor(value, 0), _minor(value, 2), _minor(value, 3))
    return AmountQuery(minors, currency) if any(minors) else None


def _minor(value: Decimal, digits: int) -> int | None:
    scaled = value.scaleb(digits)
    return int(scaled) if scaled == int(scaled) else None
