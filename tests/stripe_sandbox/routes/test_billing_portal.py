"""Configurations and flows of the customer portal."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.make import path_of, subscribed_session
from tests.stripe_sandbox.world import World


def test_a_configuration_is_created_and_changed(world: World) -> None:
    features: Any = {"invoice_history": {"enabled": True}}
    made = world.v1.billing_portal.configurations.create({"features": features, "metadata": {"a": "1"}})

    changed = world.v1.billing_portal.configurations.update(made.id, {"features": features, "active": False})
    assert changed.active is False
    assert world.v1.billing_portal.configurations.retrieve(made.id).features.invoice_history.enabled is True
    assert len(world.v1.billing_portal.configurations.list().data) == 2
    assert world.v1.billing_portal.configurations.list({"is_default": True}).data[0].id != made.id


def test_a_flow_returns_to_the_address_it_was_given(world: World) -> None:
    session = subscribed_session(world)
    flow: Any = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": session.subscription},
        "after_completion": {"type": "redirect", "redirect": {"return_url": "http://newsroom.test/left"}},
    }
    portal = world.v1.billing_portal.sessions.create({"customer": session.customer, "flow_data": flow})

    path = path_of(portal.url)
    answer = world.browser.post(f"{path}/cancel", data={"subscription": session.subscription})

    assert answer.location == "http://newsroom.test/left"
    missing: Any = {"type": "subscription_cancel", "subscription_cancel": {"subscription": "sub_none"}}
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.billing_portal.sessions.create({"customer": session.customer, "flow_data": missing})
