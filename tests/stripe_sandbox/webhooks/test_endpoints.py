"""Endpoints: their event types and signing secrets."""

from tests.stripe_sandbox.world import ENDPOINT, SECRET, World


def test_a_rolled_secret_signs_beside_the_old_one(world: World) -> None:
    endpoint = world.v1.webhook_endpoints.list().data[0]
    world.browser.post(f"/_sandbox/webhook_endpoints/{endpoint.id}/roll", json={"secret": "whsec_new"})
    world.v1.customers.create({"name": "A"})
    world.deliver()
    headers, body = world.inbox.received[0]

    assert headers["Stripe-Signature"].count("v1=") == 2
    for secret in (SECRET, "whsec_new"):
        assert world.stripe.construct_event(body, headers["Stripe-Signature"], secret, tolerance=10**10)


def test_an_endpoint_gets_only_its_event_types(world: World) -> None:
    existing = world.v1.webhook_endpoints.list().data[0]
    world.v1.webhook_endpoints.delete(existing.id)
    made = world.v1.webhook_endpoints.create({"url": ENDPOINT, "enabled_events": ["charge.succeeded"]})
    world.pay(world.session())

    assert world.deliver() == ["charge.succeeded"]
    assert made.secret is not None
    assert "secret" not in world.v1.webhook_endpoints.retrieve(made.id)
    world.v1.webhook_endpoints.update(made.id, {"disabled": True})
    world.pay(world.session())
    assert world.deliver() == []
