"""Money: an integer of minor units, its currency, and how often it is taken. Babel formats it for people."""

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
# Charged in whole units although sent with two decimals: https://docs.stripe.com/currencies#special-cases
WHOLE_UNIT_CURRENCIES = frozenset({"ISK", "UGX"})
# Stripe takes at most eight digits: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MAX_AMOUNT_MINOR = 99_999_999


class Interval(StrEnum):
    """How often a contribution is taken."""

    ONE_OFF = "one_off"
    MONTH = "month"
    YEAR = "year"


def exponent(currency: str) -> int:
    """Decimal digits of a currency as Stripe counts them: 0, 2 or 3."""
    code = currency.upper()
    if code in ZERO_DECIMAL_CURRENCIES:
        return 0
    return 3 if code in THREE_DECIMAL_CURRENCIES else 2


def step_minor(currency: str) -> int:
    """The smallest amount a charge may change by, in minor units (three-decimal currencies end in 0)."""
    code = currency.upper()
    if code in WHOLE_UNIT_CURRENCIES:
        return 100
    return 10 if code in THREE_DECIMAL_CURRENCIES else 1


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount. `currency` is upper-case ISO 4217; amounts of two currencies never mix."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise InvalidAmountError("an amount is a whole number of minor units")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise InvalidAmountError("a currency is three upper-case letters")

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
            raise InvalidAmountError(f"{self.currency} and {other.currency} do not add up")


def major_text(amount_minor: int, currency: str) -> str:
    """Plain decimal text with exactly the currency's digits: `25.00`, `500`, `-5.120`. Never through a float."""
    digits = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    text = str(abs(amount_minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def parse_amount(text: str, currency: str) -> Money:
    """Read an amount as a reader writes it: `5`, `5.00`, `5,00`. No grouping, sign, exponent or symbol.

    Raises InvalidAmountError for anything else, for more digits than the currency has, for a last digit Stripe refuses,
    and for more than eight digits of minor units.
    """
    code = currency.upper()
    cleaned = text.strip().replace(",", ".")
    if not cleaned.isascii() or not cleaned.replace(".", "", 1).isdigit():
        raise InvalidAmountError("write the amount in digits, such as 5 or 5.00")
    try:
        minor = Decimal(cleaned).scaleb(exponent(code))
    except InvalidOperation as error:
        raise InvalidAmountError("write the amount in digits, such as 5 or 5.00") from error
    # Also where the digits too many are noughts: who writes `1,000` may mean a thousand.
    if len(cleaned.partition(".")[2]) > exponent(code):
        raise InvalidAmountError(f"{code} has {exponent(code)} decimal places")
    return checked_amount(int(minor), code)


def checked_amount(amount_minor: int, currency: str) -> Money:
    """A positive amount Stripe accepts in this currency; raises InvalidAmountError otherwise."""
    if not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        raise InvalidAmountError("the amount is out of range")
    if amount_minor % step_minor(currency):
        raise InvalidAmountError(f"{currency} amounts are multiples of {major_text(step_minor(currency), currency)}")
    return Money(amount_minor, currency)
