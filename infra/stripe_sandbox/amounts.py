"""Currencies, the amounts that can be charged, and amounts as people read and type them.

The API uses minor units: 500 is €5.00.
"""

from decimal import Decimal, InvalidOperation

from infra.stripe_sandbox.errors import BadParameterError

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
_CODES = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny
    cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk
    jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn
    nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std
    szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw
    """
CURRENCIES = frozenset(_CODES.split())
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts; other currencies have no minimum here.
LEAST = {
    **dict.fromkeys(("aud", "brl", "cad", "chf", "eur", "inr", "nzd", "sgd", "usd", "jpy"), 50),
    **dict.fromkeys(("aed", "myr", "pln", "ron"), 200),
    **dict.fromkeys(("nok", "sek"), 300),
    **dict.fromkeys(("mxn", "thb"), 1000),
    "bgn": 100,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
}
MOST = 99_999_999
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}


def exponent(currency: str) -> int:
    """Return the number of decimals of a currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def currency_code(given: str) -> str:
    """Return the currency in lower case. Raise BadParameterError if Stripe does not support it."""
    currency = given.lower()
    if currency not in CURRENCIES:
        message = f"Invalid currency: {currency}. Supported currencies: "
        raise BadParameterError(message + ", ".join(sorted(CURRENCIES)), "currency")
    return currency


def check_charge(amount: int, currency: str, param: str) -> None:
    """Raise BadParameterError if the amount is too small or too large to be charged."""
    least = LEAST.get(currency, 1)
    if amount < least:
        message = f"Amount must be at least {shown(least, currency)} {currency}"
        raise BadParameterError(message, param, "amount_too_small")
    if amount > MOST:
        message = f"Amount must be no more than {shown(MOST, currency)} {currency}"
        raise BadParameterError(message, param, "amount_too_large")


def shown(amount: int, currency: str) -> str:
    """Return an amount for people to read: 12345 in "eur" is "€123.45"."""
    places = exponent(currency)
    number = f"{Decimal(abs(amount)).scaleb(-places):,.{places}f}"
    sign = "-" if amount < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"


def typed(text: str, currency: str) -> int:
    """Return the minor units of a typed amount with a dot or comma. Raise BadParameterError for any other text."""
    try:
        value = Decimal(text.strip().replace(",", "."))
        minor = value.scaleb(exponent(currency))
        if not value.is_finite() or minor != minor.to_integral_value() or minor < 1:
            raise InvalidOperation
    except InvalidOperation:
        raise BadParameterError("Enter an amount such as 10.00.", "amount") from None
    return int(minor)
