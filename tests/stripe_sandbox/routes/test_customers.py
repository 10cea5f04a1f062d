"""Customers: created, changed, listed, deleted."""

import pytest
import stripe

from tests.stripe_sandbox.make import subscribed_session
from tests.stripe_sandbox.world import World


def test_a_customer_is_created_changed_listed_and_deleted(world: World) -> None:
    made = world.v1.customers.create({"email": "a@example.org", "address": {"country": "DE"}})

    assert world.v1.customers.update(made.id, {"name": "Ada"}).name == "Ada"
    assert [customer.id for customer in world.v1.customers.list({"email": "a@example.org"}).data] == [made.id]
    assert world.v1.customers.retrieve(made.id, {"expand": ["subscriptions"]}).subscriptions.data == []
    assert world.v1.customers.delete(made.id).deleted is True
    assert world.v1.customers.retrieve(made.id).deleted is True
    assert world.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.customers.update(made.id, {"name": "B"})
    assert world.deliver() == ["customer.created", "customer.updated", "customer.deleted"]


def test_deleting_a_customer_ends_its_subscriptions(world: World) -> None:
    session = subscribed_session(world)

    world.v1.customers.delete(session.customer)

    assert world.v1.subscriptions.retrieve(session.subscription).status == "canceled"
