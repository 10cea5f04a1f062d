"""Amounts and limits of a site that names none: round, modest, and never below what Stripe charges at all."""

from service.campaigns.site import AmountLimit
from service.campaigns.variant import Ask, CurrencyAsk, Interval, IntervalAsk
from service.money import exponent

# Stripe's least charge, minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST_CHARGE_MINOR = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
SUGGESTED_MAJOR = (5, 10, 25)
MOST_MAJOR = 2_000
NO_DECIMALS_FACTOR = 100  # a yen is nearer to a cent than to a euro


def major_unit_minor(currency: str) -> int:
    """Minor units of what people take for one unit of money: 100 cents, 1000 fils, 100 yen."""
    return 10 ** exponent(currency) if exponent(currency) else NO_DECIMALS_FACTOR


def default_limits(currency: str) -> tuple[AmountLimit, ...]:
    """For each interval: from one unit (or Stripe's least charge) to two thousand."""
    unit = major_unit_minor(currency)
    least = max(unit, LEAST_CHARGE_MINOR.get(currency, 0))
    return tuple(AmountLimit(currency, interval, least, max(MOST_MAJOR * unit, least)) for interval in Interval)


def default_ask(currencies: tuple[str, ...]) -> Ask:
    """5, 10 and 25 units for every interval, 10 preselected, an own amount allowed."""
    asks = []
    for currency in currencies:
        amounts = tuple(major * major_unit_minor(currency) for major in SUGGESTED_MAJOR)
        asks.append(CurrencyAsk(currency, tuple(IntervalAsk(interval, amounts, amounts[1]) for interval in Interval)))
    return Ask(tuple(asks), Interval.ONE_OFF)
