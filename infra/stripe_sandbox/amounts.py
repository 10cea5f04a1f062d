"""Amounts as people read and type them; the API itself only knows minor units."""

from decimal import Decimal, InvalidOperation

from infra.stripe_sandbox.errors import BadParameterError

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}


def exponent(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def shown(amount: int, currency: str) -> str:
    """12345, "eur" → "€123.45"."""
    places = exponent(currency)
    number = f"{Decimal(abs(amount)).scaleb(-places):,.{places}f}"
    sign = "-" if amount < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"


def typed(text: str, currency: str) -> int:
    """The minor units of an amount typed with a dot or a comma."""
    try:
        value = Decimal(text.strip().replace(",", "."))
        minor = value.scaleb(exponent(currency))
        if not value.is_finite() or minor != minor.to_integral_value() or minor < 1:
            raise InvalidOperation
    except InvalidOperation:
        raise BadParameterError("Enter an amount such as 10.00.", "amount") from None
    return int(minor)
