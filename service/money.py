"""Money as an integer of minor units with its currency, and the interval of a contribution.

Babel formats money for people.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Self

from service.errors import InvalidAmountError

# Stripe's own table, not ISO 4217's: https://docs.stripe.com/currencies#zero-decimal
ZERO_DECIMAL_CURRENCIES = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE_DECIMAL_CURRENCIES = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Sent with two decimals but charged only in whole units: https://docs.stripe.com/currencies#special-cases
WHOLE_UNIT_CURRENCIES = frozenset({"ISK", "UGX"})
# Stripe accepts at most eight digits: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MAX_AMOUNT_MINOR = 99_999_999


class Interval(StrEnum):
    """How often a contribution is taken."""

    ONE_OFF = "one_off"
    MONTH = "month"
    YEAR = "year"


def exponent(currency: str) -> int:
    """Return the number of decimal digits of a currency as Stripe counts them: 0, 2 or 3."""
    code = currency.upper()
    if code in ZERO_DECIMAL_CURRENCIES:
        return 0
    return 3 if code in THREE_DECIMAL_CURRENCIES else 2


def step_minor(currency: str) -> int:
    """Return the step of a charge in minor units. An amount with three decimals must end in 0, so its step is 10."""
    code = currency.upper()
    if code in WHOLE_UNIT_CURRENCIES:
        return 100
    return 10 if code in THREE_DECIMAL_CURRENCIES else 1


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount. `currency` is upper-case ISO 4217. Adding two currencies raises InvalidAmountError."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise InvalidAmountError("an amount must be a whole number of minor units")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise InvalidAmountError("a currency must be three upper-case letters, such as EUR")

    def __add__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount_minor, self.currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise InvalidAmountError(f"{self.currency} and {other.currency} cannot be added; use a single currency")


def major_text(amount_minor: int, currency: str) -> str:
    """Return an amount as decimal text with all digits of its currency: `25.00`, `500`, `-5.120`."""
    digits = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    text = str(abs(amount_minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def parse_amount(text: str, currency: str) -> Money:
    """Parse an amount as a reader writes it: `5`, `5.00` or `5,00`.

    Raise InvalidAmountError if the text has anything else (grouping, sign, exponent, symbol), if it has more decimals
    than the currency, or if Stripe refuses the amount.
    """
    code = currency.upper()
    cleaned = text.strip().replace(",", ".")
    if not cleaned.isascii() or not cleaned.replace(".", "", 1).isdigit():
        raise InvalidAmountError("write the amount in digits, such as 5 or 5.00")
    try:
        minor = Decimal(cleaned).scaleb(exponent(code))
    except InvalidOperation as error:
        raise InvalidAmountError("write the amount in digits, such as 5 or 5.00") from error
    # Extra decimals are refused even if they are zeros, because `1,000` may mean one thousand.
    if len(cleaned.partition(".")[2]) > exponent(code):
        raise InvalidAmountError(f"{code} has {exponent(code)} decimal places; write no more digits after the point")
    return checked_amount(int(minor), code)


def checked_amount(amount_minor: int, currency: str) -> Money:
    """Return the amount as Money. Raise InvalidAmountError if Stripe does not accept it in this currency."""
    if not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        most = major_text(MAX_AMOUNT_MINOR, currency)
        raise InvalidAmountError(f"the amount is out of range; it must be more than 0 and at most {most} {currency}")
    if amount_minor % step_minor(currency):
        step = major_text(step_minor(currency), currency)
        raise InvalidAmountError(f"the amount must be a multiple of {step} {currency}")
    return Money(amount_minor, currency)
