"""Idempotency keys: replayed, refused, forgotten, in use."""

from threading import Thread

import pytest
import stripe

from tests.stripe_sandbox.world import HEADERS, World


def test_a_repeat_with_the_same_key_is_replayed(world: World) -> None:
    first = world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    again = world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

    assert again.id == first.id
    assert world.transport.answers[-1].headers["Idempotent-Replayed"] == "true"
    assert len(world.v1.customers.list().data) == 1


def test_the_same_key_with_other_parameters_is_refused(world: World) -> None:
    world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError):
        world.v1.customers.create({"name": "B"}, {"idempotency_key": "k"})


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    world.advance(days=1)

    assert world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).id != first.id


def test_a_request_that_fails_validation_stores_nothing(world: World) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.payment_intents.create({"amount": 5}, {"idempotency_key": "k"})

    intent = world.v1.payment_intents.create({"amount": 500, "currency": "eur"}, {"idempotency_key": "k"})
    assert intent.amount == 500


def test_a_key_that_is_in_use_is_a_conflict(world: World) -> None:
    world.add_fault(kind="slow", seconds=0.5)
    results: list[int] = []

    def create() -> None:
        answer = world.app.test_client().post(
            "/v1/customers", data={"name": "A"}, headers={**HEADERS, "Idempotency-Key": "k"}
        )
        results.append(answer.status_code)

    threads = [Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [200, 409]
