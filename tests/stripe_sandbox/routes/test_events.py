"""Events: their request, and how long they can be read."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_an_event_names_its_request_and_key(world: World) -> None:
    world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    world.deliver()

    event = world.inbox.events("customer.created")[0]

    assert event["request"]["idempotency_key"] == "k"
    assert event["request"]["id"] == world.transport.answers[-1].headers["Request-Id"]
    assert (event["api_version"], event["pending_webhooks"]) == ("2026-10-28.endive", 1)
    assert world.v1.events.retrieve(event["id"]).pending_webhooks == 0


def test_events_are_listed_by_type_for_thirty_days(world: World) -> None:
    world.charge()

    assert [event.type for event in world.v1.events.list({"types": ["charge.succeeded", "charge.updated"]}).data] == [
        "charge.updated",
        "charge.succeeded",
    ]
    assert len(world.v1.events.list({"type": "charge.*"}).data) == 2
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.events.list({"types": ["charge.succeeded"] * 21})
    world.advance(days=31)
    assert world.v1.events.list({"type": "charge.succeeded"}).data == []
