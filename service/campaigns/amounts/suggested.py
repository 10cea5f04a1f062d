"""Default suggested amounts and amount limits of a site, by currency: round, and never below Stripe's minimum."""

from service.campaigns.site import AmountLimit
from service.campaigns.variant import Ask, CurrencyAsk, IntervalAsk
from service.money import MAX_AMOUNT_MINOR, Interval, exponent

# Stripe's minimum charge in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST_CHARGE_MINOR = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
SUGGESTED_UNITS = (5, 10, 25)
MOST_UNITS = 2_000
NO_DECIMALS_FACTOR = 100  # a yen is worth about as much as a cent, so 100 yen are a unit


def major_unit_minor(currency: str) -> int:
    """Return a currency's usual unit in minor units: 100 cents, 1000 fils, 100 yen."""
    return 10 ** exponent(currency) if exponent(currency) else NO_DECIMALS_FACTOR


def round_unit_minor(currency: str) -> int:
    """Return the smallest round amount that Stripe charges, in minor units.

    It is 1 euro, 100 yen, 1 dinar, 10 kronor or 1000 forint, for example.
    """
    unit = major_unit_minor(currency)
    while unit < LEAST_CHARGE_MINOR.get(currency, 0):
        unit *= 10
    return unit


def default_limits(currency: str) -> tuple[AmountLimit, ...]:
    """Return the limits of each interval: from one round unit to 2,000, or to Stripe's maximum if that is less."""
    unit = round_unit_minor(currency)
    most = min(MOST_UNITS * unit, MAX_AMOUNT_MINOR - MAX_AMOUNT_MINOR % unit)
    return tuple(AmountLimit(currency, interval, unit, most) for interval in Interval)


def default_ask(currencies: tuple[str, ...]) -> Ask:
    """Return an ask of 5, 10 and 25 round units in every interval, with 10 preselected and a free amount allowed."""
    asks = []
    for currency in currencies:
        amounts = tuple(units * round_unit_minor(currency) for units in SUGGESTED_UNITS)
        asks.append(CurrencyAsk(currency, tuple(IntervalAsk(interval, amounts, amounts[1]) for interval in Interval)))
    return Ask(tuple(asks), Interval.ONE_OFF)
