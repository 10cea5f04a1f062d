"""Stripe's list prices for card payments, to estimate the fee that a reader offers to cover.

A price is that of an account in the currency's home country for cards of the same country or region:
https://stripe.com/pricing. The real fee depends on the account and the card; the ledger books it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardFee:
    """A part of the amount, in hundredths of a per cent, and a fixed part in minor units."""

    basis_points: int
    fixed_minor: int


_LIST_PRICES = {
    "CAD": CardFee(290, 30),
    "CHF": CardFee(290, 30),
    "CZK": CardFee(150, 650),
    "DKK": CardFee(150, 180),
    "EUR": CardFee(150, 25),
    "GBP": CardFee(150, 20),
    "HUF": CardFee(150, 8500),
    "JPY": CardFee(360, 0),
    "NOK": CardFee(240, 200),
    "PLN": CardFee(150, 100),
    "RON": CardFee(150, 100),
    "SEK": CardFee(150, 180),
    "USD": CardFee(290, 30),
}


def card_fee(currency: str) -> CardFee | None:
    """Return the list price in a currency, or None if it is unknown. Readers are then not offered to cover the fee."""
    return _LIST_PRICES.get(currency)
