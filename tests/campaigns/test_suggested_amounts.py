"""A site without amounts of its own gets round amounts and limits that Stripe accepts."""

import pytest

from service.campaigns.amounts.suggested import LEAST_CHARGE_MINOR, default_ask, default_limits, round_unit_minor
from service.money import checked_amount


@pytest.mark.parametrize(
    ("currency", "least", "most"),
    [
        ("EUR", 100, 200_000),
        ("JPY", 100, 200_000),
        ("KWD", 1000, 2_000_000),
        ("SEK", 1000, 2_000_000),
        ("HUF", 100_000, 99_900_000),
        ("ISK", 100, 200_000),
    ],
)
def test_limits_go_from_one_round_unit_to_two_thousand(currency: str, least: int, most: int) -> None:
    assert {(limit.minimum_minor, limit.maximum_minor) for limit in default_limits(currency)} == {(least, most)}


@pytest.mark.parametrize("currency", sorted({*LEAST_CHARGE_MINOR, "JPY", "KWD", "ISK", "UGX"}))
def test_stripe_accepts_every_suggested_amount(currency: str) -> None:
    ask = default_ask((currency,)).in_currency(currency)

    assert ask is not None
    for interval_ask in ask.intervals:
        assert all(checked_amount(amount, currency) for amount in interval_ask.amounts_minor)
        assert interval_ask.default_minor in interval_ask.amounts_minor
        assert min(interval_ask.amounts_minor) >= LEAST_CHARGE_MINOR.get(currency, 0)


def test_a_round_unit_of_yen_is_a_hundred_yen() -> None:
    assert (round_unit_minor("EUR"), round_unit_minor("KWD"), round_unit_minor("JPY")) == (100, 1000, 100)
