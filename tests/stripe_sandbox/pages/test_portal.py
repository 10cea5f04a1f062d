"""The pages of the customer portal."""

from typing import Any

from tests.stripe_sandbox.make import portal_page, subscribe
from tests.stripe_sandbox.world import World


def test_the_portal_cancels_at_the_period_end_and_takes_it_back(world: World) -> None:
    subscription = subscribe(world)
    page = portal_page(world, str(subscription.customer))

    world.browser.post(f"{page}/cancel", data={"subscription": subscription.id})
    assert world.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end is True
    assert "Ends on" in world.browser.get(page).text
    world.browser.post(f"{page}/keep", data={"subscription": subscription.id})

    assert world.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end is False
    assert "billing_portal.session.created" in world.deliver()


def test_the_portal_cancels_at_once_if_its_configuration_says_so(world: World) -> None:
    subscription = subscribe(world)
    features: Any = {"subscription_cancel": {"enabled": True, "mode": "immediately"}}
    configuration = world.v1.billing_portal.configurations.create({"features": features})
    page = portal_page(world, str(subscription.customer), configuration=configuration.id)

    world.browser.post(f"{page}/cancel", data={"subscription": subscription.id})

    assert world.v1.subscriptions.retrieve(subscription.id).status == "canceled"


def test_the_portal_replaces_the_card(world: World) -> None:
    subscription = subscribe(world)
    page = portal_page(world, str(subscription.customer))

    world.browser.post(f"{page}/card", data={"card_number": "5555 5555 5555 4444"})

    fresh = world.v1.subscriptions.retrieve(subscription.id, {"expand": ["default_payment_method"]})
    assert fresh.default_payment_method.card.last4 == "4444"
    assert "customer.updated" in world.deliver()


def test_the_portal_refuses_other_peoples_subscriptions(world: World) -> None:
    mine, theirs = subscribe(world), subscribe(world)
    page = portal_page(world, str(mine.customer))

    answer = world.browser.post(f"{page}/cancel", data={"subscription": theirs.id})

    assert answer.status_code == 402
    assert world.v1.subscriptions.retrieve(theirs.id).cancel_at_period_end is False


def test_a_portal_link_expires(world: World) -> None:
    page = portal_page(world, world.v1.customers.create({"email": "reader@example.org"}).id)

    world.advance(hours=2)

    assert world.browser.get(page).status_code == 404
