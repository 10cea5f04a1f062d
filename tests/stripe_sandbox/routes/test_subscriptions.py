"""Subscriptions: changed, paused, resumed."""

from typing import Any

from tests.stripe_sandbox.make import customer_with_card, monthly_price, subscribe
from tests.stripe_sandbox.world import World


def test_a_subscription_changes_its_amount_card_and_end(world: World) -> None:
    customer = customer_with_card(world)
    monthly = monthly_price(world)
    price = world.v1.prices.create(monthly)
    made = world.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    item = made["items"].data[0]
    yearly: Any = {**monthly, "unit_amount": 5000, "recurring": {"interval": "year"}}

    changed = world.v1.subscriptions.update(made.id, {"items": [{"id": item.id, "price_data": yearly}]})
    assert changed["items"].data[0].price.unit_amount == 5000
    assert changed["items"].data[0].current_period_end > item.current_period_end
    assert world.v1.subscription_items.retrieve(item.id).price.unit_amount == 5000
    assert len(world.v1.subscription_items.list({"subscription": made.id}).data) == 1
    card = world.v1.subscriptions.update(made.id, {"default_payment_method": "pm_card_mastercard"})
    assert card.default_payment_method.startswith("pm_")
    paused = world.v1.subscriptions.update(made.id, {"pause_collection": {"behavior": "void"}})
    assert (paused.status, paused.pause_collection.behavior) == ("active", "void")
    assert world.v1.subscriptions.update(made.id, {"pause_collection": ""}).pause_collection is None
    soon = int(world.clock().timestamp()) + 3600
    assert world.v1.subscriptions.update(made.id, {"cancel_at": soon}).cancel_at == soon
    world.advance(hours=2)
    assert world.v1.subscriptions.retrieve(made.id).status == "canceled"
    assert world.v1.subscriptions.list({"customer": customer.id}).data == []
    assert len(world.v1.subscriptions.list({"customer": customer.id, "status": "ended"}).data) == 1


def test_a_subscription_is_paused_and_resumed(world: World) -> None:
    subscription = subscribe(world)

    paused = world.v1.subscriptions.pause(subscription.id, {"type": "subscription"})
    resumed = world.v1.subscriptions.resume(subscription.id)

    assert (paused.status, resumed.status) == ("paused", "active")
    assert {"customer.subscription.paused", "customer.subscription.resumed"} <= set(world.deliver())
