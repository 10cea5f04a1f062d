"""Webhooks: signed, filtered, retried with growing gaps, and bent by the knobs."""

import json
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.harness import ENDPOINT, SECRET, Bench


def test_stripes_own_library_accepts_the_signature(bench: Bench) -> None:
    bench.charge()
    bench.deliver()
    headers, body = bench.inbox.received[0]

    event = bench.stripe.construct_event(body, headers["Stripe-Signature"], SECRET, tolerance=10**10)

    assert event.type == "payment_intent.created"
    with pytest.raises(stripe.SignatureVerificationError):
        bench.stripe.construct_event(body + b" ", headers["Stripe-Signature"], SECRET, tolerance=10**10)


def test_a_rolled_secret_signs_beside_the_old_one(bench: Bench) -> None:
    endpoint = bench.v1.webhook_endpoints.list().data[0]
    bench.browser.post(f"/_sandbox/webhook_endpoints/{endpoint.id}/roll", json={"secret": "whsec_new"})
    bench.v1.customers.create({"name": "A"})
    bench.deliver()
    headers, body = bench.inbox.received[0]

    assert headers["Stripe-Signature"].count("v1=") == 2
    for secret in (SECRET, "whsec_new"):
        assert bench.stripe.construct_event(body, headers["Stripe-Signature"], secret, tolerance=10**10)


def test_an_event_names_its_request_and_key(bench: Bench) -> None:
    bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    bench.deliver()

    event = bench.inbox.events("customer.created")[0]

    assert event["request"]["idempotency_key"] == "k"
    assert event["request"]["id"] == bench.transport.answers[-1].headers["Request-Id"]
    assert (event["api_version"], event["pending_webhooks"]) == ("2026-10-28.endive", 1)
    assert bench.v1.events.retrieve(event["id"]).pending_webhooks == 0


def test_an_endpoint_gets_only_what_it_asked_for(bench: Bench) -> None:
    existing = bench.v1.webhook_endpoints.list().data[0]
    bench.v1.webhook_endpoints.delete(existing.id)
    made = bench.v1.webhook_endpoints.create({"url": ENDPOINT, "enabled_events": ["charge.succeeded"]})
    bench.pay(bench.session())

    assert bench.deliver() == ["charge.succeeded"]
    assert made.secret is not None
    assert "secret" not in bench.v1.webhook_endpoints.retrieve(made.id)
    bench.v1.webhook_endpoints.update(made.id, {"disabled": True})
    bench.pay(bench.session())
    assert bench.deliver() == []


@pytest.mark.parametrize("status", [500, 400, 301])
def test_anything_but_2xx_is_retried_with_growing_gaps(bench: Bench, status: int) -> None:
    bench.inbox.status = status
    bench.v1.customers.create({"name": "A"})
    waits = []
    for _ in range(4):
        bench.app.deliverer.deliver_due()
        record = bench.browser.get("/_sandbox/deliveries").get_json()["deliveries"][0]
        waits.append(record["due"] - bench.clock().timestamp())
        bench.clock.advance(seconds=waits[-1])

    assert waits == [3, 6, 12, 24]
    bench.inbox.status = 200
    assert bench.app.deliverer.deliver_due() == 1
    assert bench.app.deliverer.deliver_due() == 0


def test_retries_end_after_three_days(bench: Bench) -> None:
    bench.inbox.status = 500
    bench.v1.customers.create({"name": "A"})
    for _ in range(100):
        bench.deliver()
        bench.clock.advance(hours=1)

    record = bench.browser.get("/_sandbox/deliveries").get_json()["deliveries"][0]
    assert record["status"] == "failed"
    assert bench.v1.events.list({"delivery_success": False}).data[0].type == "customer.created"


def test_a_listener_that_is_down_is_tried_again(bench: Bench) -> None:
    def refuse(*_args: Any) -> int:
        raise ConnectionRefusedError("refused")

    bench.app.deliverer._sender = refuse
    bench.v1.customers.create({"name": "A"})

    assert bench.deliver() == []
    record = bench.browser.get("/_sandbox/deliveries").get_json()["deliveries"][0]
    assert (record["status"], record["attempts"][0]["error"]) == ("pending", "refused")


def turn(bench: Bench, **knobs: Any) -> None:
    assert bench.browser.post("/_sandbox/knobs", json=knobs).status_code == 200


def test_knobs_duplicate_drop_and_reorder(bench: Bench) -> None:
    turn(bench, duplicate=1)
    bench.v1.customers.create({"name": "A"})
    assert bench.deliver() == ["customer.created", "customer.created"]
    ids = [json.loads(body)["id"] for _headers, body in bench.inbox.received]
    assert len(set(ids)) == 1

    turn(bench, drop=1)
    bench.v1.customers.create({"name": "B"})
    assert bench.deliver() == []

    turn(bench, reorder=True)
    bench.pay(bench.session())
    assert bench.deliver()[0] == "checkout.session.completed"


def test_a_delay_holds_deliveries_back(bench: Bench) -> None:
    turn(bench, delay_seconds=60)
    bench.v1.customers.create({"name": "A"})

    assert bench.app.deliverer.deliver_due() == 0
    bench.clock.advance(seconds=60)
    assert bench.app.deliverer.deliver_due() == 1


def test_a_delivery_can_be_sent_again_from_its_page(bench: Bench) -> None:
    bench.v1.customers.create({"name": "A"})
    bench.deliver()
    page = bench.browser.get("/_sandbox/").text
    record = bench.browser.get("/_sandbox/deliveries").get_json()["deliveries"][0]

    answer = bench.browser.post(f"/_sandbox/deliveries/{record['id']}/resend", data={"now": "1"})

    assert f"/_sandbox/deliveries/{record['id']}/resend" in page
    assert answer.status_code == 303
    assert bench.inbox.types == ["customer.created", "customer.created"]


def test_events_are_listed_by_type_for_thirty_days(bench: Bench) -> None:
    bench.charge()

    assert [each.type for each in bench.v1.events.list({"types": ["charge.succeeded", "charge.updated"]}).data] == [
        "charge.updated",
        "charge.succeeded",
    ]
    assert len(bench.v1.events.list({"type": "charge.*"}).data) == 2
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.events.list({"types": ["charge.succeeded"] * 21})
    bench.advance(days=31)
    assert bench.v1.events.list({"type": "charge.succeeded"}).data == []
