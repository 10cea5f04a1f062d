"""Test clocks."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_a_clock_is_advanced_and_deleted_with_its_customers(world: World) -> None:
    clock = world.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000, "name": "t"})
    customer = world.v1.customers.create({"test_clock": clock.id})

    advanced = world.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_800_003_600})

    assert customer.created == 1_800_000_000
    assert advanced.status == "advancing"
    assert world.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready"
    assert len(world.v1.test_helpers.test_clocks.list().data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_700_000_000})
    assert world.v1.test_helpers.test_clocks.delete(clock.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.customers.retrieve(customer.id)
