"""Trials and their end without a payment method."""

from typing import Any

import pytest

from tests.stripe_sandbox.make import monthly_price
from tests.stripe_sandbox.world import World


@pytest.mark.parametrize(
    ("ending", "status"), [("pause", "paused"), ("cancel", "canceled"), ("create_invoice", "active")]
)
def test_a_trial_without_a_card_ends_as_the_request_says(world: World, ending: str, status: str) -> None:
    customer = world.v1.customers.create({})
    trial: Any = {"end_behavior": {"missing_payment_method": ending}}
    made = world.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price_data": monthly_price(world)}],
            "trial_period_days": 7,
            "trial_settings": trial,
        }
    )

    world.advance(days=7)

    assert made.status == "trialing"
    assert world.v1.subscriptions.retrieve(made.id).status == status
