"""Expansion of ids along `expand` paths."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_expansion_goes_four_levels_deep_and_no_further(world: World) -> None:
    paid = world.paid()
    deep = world.v1.checkout.sessions.list({"expand": ["data.payment_intent.latest_charge.balance_transaction"]})

    assert deep.data[0].payment_intent.latest_charge.balance_transaction.fee == 33
    for wrong in ("payment_intent.latest_charge.balance_transaction.source.customer", "nothing"):
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.checkout.sessions.retrieve(paid.id, {"expand": [wrong]})
