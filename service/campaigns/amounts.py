"""Amounts and limits of a site that names none: round, modest, and never below what Stripe charges at all."""

from service.campaigns.site import AmountLimit
from service.campaigns.variant import Ask, CurrencyAsk, IntervalAsk
from service.money import MAX_AMOUNT_MINOR, Interval, exponent

# Stripe's least charge, minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST_CHARGE_MINOR = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
SUGGESTED_UNITS = (5, 10, 25)
MOST_UNITS = 2_000
NO_DECIMALS_FACTOR = 100  # a yen is nearer to a cent than to a euro


def major_unit_minor(currency: str) -> int:
    """Minor units of what people take for one unit of money: 100 cents, 1000 fils, 100 yen."""
    return 10 ** exponent(currency) if exponent(currency) else NO_DECIMALS_FACTOR


def round_unit_minor(currency: str) -> int:
    """Minor units of a round unit of money Stripe would charge: 1 euro, 100 yen, 1 dinar, 10 kronor, 1000 forint."""
    unit = major_unit_minor(currency)
    while unit < LEAST_CHARGE_MINOR.get(currency, 0):
        unit *= 10
    return unit


def default_limits(currency: str) -> tuple[AmountLimit, ...]:
    """For each interval: from one round unit to two thousand, as far as Stripe goes."""
    unit = round_unit_minor(currency)
    most = min(MOST_UNITS * unit, MAX_AMOUNT_MINOR - MAX_AMOUNT_MINOR % unit)
    return tuple(AmountLimit(currency, interval, unit, most) for interval in Interval)


def default_ask(currencies: tuple[str, ...]) -> Ask:
    """5, 10 and 25 round units for every interval, 10 preselected, an own amount allowed."""
    asks = []
    for currency in currencies:
        amounts = tuple(units * round_unit_minor(currency) for units in SUGGESTED_UNITS)
        asks.append(CurrencyAsk(currency, tuple(IntervalAsk(interval, amounts, amounts[1]) for interval in Interval)))
    return Ask(tuple(asks), Interval.ONE_OFF)
