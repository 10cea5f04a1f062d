"""Amounts of a site that names none."""

import pytest

from service.campaigns.amounts import LEAST_CHARGE_MINOR, default_ask, default_limits, round_unit_minor
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
    assert {(one.minimum_minor, one.maximum_minor) for one in default_limits(currency)} == {(least, most)}


@pytest.mark.parametrize("currency", sorted({*LEAST_CHARGE_MINOR, "JPY", "KWD", "ISK", "UGX"}))
def test_every_suggested_amount_is_one_stripe_takes(currency: str) -> None:
    asked = default_ask((currency,)).in_currency(currency)

    assert asked is not None
    for one in asked.intervals:
        assert all(checked_amount(amount, currency) for amount in one.amounts_minor)
        assert one.default_minor in one.amounts_minor
        assert min(one.amounts_minor) >= LEAST_CHARGE_MINOR.get(currency, 0)


def test_a_yen_is_nearer_to_a_cent() -> None:
    assert (round_unit_minor("EUR"), round_unit_minor("KWD"), round_unit_minor("JPY")) == (100, 1000, 100)
