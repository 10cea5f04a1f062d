"""Deliveries: signed, retried, and changed by knobs."""

import json
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.world import SECRET, World


def test_stripes_own_library_accepts_the_signature(world: World) -> None:
    world.charge()
    world.deliver()
    headers, body = world.inbox.received[0]

    event = world.stripe.construct_event(body, headers["Stripe-Signature"], SECRET, tolerance=10**10)

    assert event.type == "payment_intent.created"
    with pytest.raises(stripe.SignatureVerificationError):
        world.stripe.construct_event(body + b" ", headers["Stripe-Signature"], SECRET, tolerance=10**10)


@pytest.mark.parametrize("status", [500, 400, 301])
def test_anything_but_2xx_is_retried_with_growing_gaps(world: World, status: int) -> None:
    world.inbox.status = status
    world.v1.customers.create({"name": "A"})
    waits = []
    for _ in range(4):
        world.app.deliverer.deliver_due()
        record = world.only_delivery()
        waits.append(record["due"] - world.clock().timestamp())
        world.clock.advance(seconds=waits[-1])

    assert waits == [3, 6, 12, 24]
    world.inbox.status = 200
    assert world.app.deliverer.deliver_due() == 1
    assert world.app.deliverer.deliver_due() == 0


def test_retries_end_after_three_days(world: World) -> None:
    world.inbox.status = 500
    world.v1.customers.create({"name": "A"})
    for _ in range(100):
        world.deliver()
        world.clock.advance(hours=1)

    record = world.only_delivery()
    assert record["status"] == "failed"
    assert world.v1.events.list({"delivery_success": False}).data[0].type == "customer.created"


def test_a_delivery_is_retried_if_the_endpoint_is_down(world: World) -> None:
    def refuse(*_args: Any) -> int:
        raise ConnectionRefusedError("refused")

    world.app.deliverer._sender = refuse
    world.v1.customers.create({"name": "A"})

    assert world.deliver() == []
    record = world.only_delivery()
    assert (record["status"], record["attempts"][0]["error"]) == ("pending", "refused")


def test_knobs_duplicate_drop_and_reorder_deliveries(world: World) -> None:
    world.set_knobs(duplicate=1)
    world.v1.customers.create({"name": "A"})
    assert world.deliver() == ["customer.created", "customer.created"]
    ids = [json.loads(body)["id"] for _headers, body in world.inbox.received]
    assert len(set(ids)) == 1

    world.set_knobs(drop=1)
    world.v1.customers.create({"name": "B"})
    assert world.deliver() == []

    world.set_knobs(reorder=True)
    world.pay(world.session())
    assert world.deliver()[0] == "checkout.session.completed"


def test_a_delayed_delivery_waits(world: World) -> None:
    world.set_knobs(delay_seconds=60)
    world.v1.customers.create({"name": "A"})

    assert world.app.deliverer.deliver_due() == 0
    world.clock.advance(seconds=60)
    assert world.app.deliverer.deliver_due() == 1
