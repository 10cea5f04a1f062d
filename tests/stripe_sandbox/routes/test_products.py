"""Products and prices."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.make import RECURRING
from tests.stripe_sandbox.world import World


def test_products_and_prices_are_created_changed_and_listed(world: World) -> None:
    default: Any = {"currency": "eur", "unit_amount": 500, "recurring": RECURRING}
    product = world.v1.products.create({"name": "Contribution", "default_price_data": default})
    price = world.v1.prices.create({"currency": "eur", "unit_amount": 900, "product": product.id})

    assert world.v1.products.update(product.id, {"name": "Support"}).name == "Support"
    assert world.v1.prices.update(price.id, {"active": False, "metadata": {"a": "1"}}).active is False
    assert [price.id for price in world.v1.prices.list({"product": product.id, "active": True}).data] == [
        product.default_price
    ]
    assert world.v1.prices.retrieve(price.id, {"expand": ["product"]}).product.name == "Support"
    assert len(world.v1.products.list({"active": True}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.products.delete(product.id)
    unused = world.v1.products.create({"name": "Unused", "id": "prod_unused"})
    assert world.v1.products.delete(unused.id).deleted is True
