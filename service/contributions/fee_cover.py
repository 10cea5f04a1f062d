"""A gift raised so that about the chosen amount is left after Stripe's fee. An estimate: the real fee is booked."""

from service.money import Money, checked_amount, exponent, step_minor

# Stripe's standard card prices in Europe, as an estimate for every card: https://stripe.com/ie/pricing
FEE_BASIS_POINTS = 150
FIXED_FEE_MINOR = {"EUR": 25, "GBP": 20, "USD": 30, "CHF": 30, "SEK": 180, "NOK": 200, "DKK": 180, "PLN": 100}
BASIS = 10_000


def with_fee_covered(chosen: Money) -> Money:
    """The smallest amount whose estimated fee leaves at least `chosen`; in the currency's own steps."""
    fixed = FIXED_FEE_MINOR.get(chosen.currency, 25 * 10 ** exponent(chosen.currency) // 100)
    needed = -(-(chosen.amount_minor + fixed) * BASIS // (BASIS - FEE_BASIS_POINTS))
    step = step_minor(chosen.currency)
    return checked_amount(-(-needed // step) * step, chosen.currency)
